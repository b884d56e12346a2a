import { useNow } from '../hooks/use-now.ts';
import { useMe } from '../hooks/stores.ts';
import { PanelIcon } from './PanelIcon.tsx';
import { sayReason } from './reasons.ts';
import { useModerationWords } from './use-moderation-words.ts';
import { readingTime } from './use-reading.ts';

export interface ReadingStripProps {
  reason: string;
  /** Milliseconds. */
  since: number;
  onStop: () => void;
}

/** Says, as long as somebody reads what is private: who, why, since when; and ends it. */
export function ReadingStrip({ reason, since, onStop }: ReadingStripProps) {
  const words = useModerationWords();
  const me = useMe();
  const now = useNow();
  const left = Math.min(60, Math.max(1, Math.ceil((since + readingTime - now) / 60_000)));
  return (
    <div className="parley-mod-strip">
      <PanelIcon name="eye" />
      <span>
        {words.fill('mod.strip', {
          name: <b key="name">{me?.name}</b>,
          reason: <b key="reason">{sayReason(words, reason)}</b>,
          time: words.clock(new Date(since)),
        })}
      </span>
      <span className="parley-mod-end">
        {words.say('mod.strip.left', { count: left })} ·{' '}
        <button type="button" className="parley-mod-link" onClick={onStop}>
          {words.say('mod.strip.stop')}
        </button>
      </span>
    </div>
  );
}
