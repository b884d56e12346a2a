import type { ConversationStatus } from '@parley/protocol';
import { PanelIcon } from './PanelIcon.tsx';
import { useModerationWords } from './use-moderation-words.ts';

/** A conversation's status: quiet while it is open. */
export function StatusChip({ status }: { status: ConversationStatus }) {
  const words = useModerationWords();
  const text = words.say(`mod.status.${status}`);
  if (status === 'open') return <span className="parley-mod-meta">{text}</span>;
  return (
    <span className="parley-mod-chip" data-tone={status === 'locked' ? 'bad' : 'plain'}>
      {status === 'locked' && <PanelIcon name="lock" />}
      {text}
    </span>
  );
}
