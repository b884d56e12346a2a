import { memo, useLayoutEffect, useRef } from 'react';
import { useNow } from '../hooks/use-now.ts';
import { daysBetween } from '../words/formats.ts';
import { useWords, type Words } from '../words/use-words.tsx';
import type { Chunk } from './entries.ts';
import { GroupView, type GroupViewProps } from './GroupView.tsx';
import { isSame } from './is-same.ts';
import { Notice } from './Notice.tsx';
import { skipUnseen } from './skip-unseen.ts';

export interface ChunkViewProps extends Omit<GroupViewProps, 'group'> {
  chunk: Chunk;
  /** It changes with each message, so it is not left out. */
  last: boolean;
}

/** Days, groups and notices. A chunk renders again only when it says something else: a thread may hold thousands of messages. */
export const ChunkView = memo(function ChunkView({ chunk, last, ...context }: ChunkViewProps) {
  const words = useWords();
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (element.current && !last) skipUnseen(element.current);
  });
  return (
    <div ref={element} className={last ? undefined : 'parley-chunk'}>
      {chunk.entries.map((entry) => {
        const { key } = entry;
        if (entry.kind === 'group') return <GroupView key={key} group={entry} {...context} />;
        if (entry.kind === 'notice') return <Notice key={key} message={entry.message} order={entry.order} />;
        if (entry.kind === 'day') return <Day key={key} at={entry.at} />;
        return (
          <p key={key} className="parley-new">
            {words.say('thread.new')}
          </p>
        );
      })}
    </div>
  );
}, isSame);

function Day({ at }: { at: string }) {
  const words = useWords();
  const now = useNow();
  return <h3 className="parley-separator">{dayText(new Date(at), new Date(now), words)}</h3>;
}

function dayText(at: Date, now: Date, words: Words): string {
  const days = daysBetween(at, now);
  if (days === 0) return words.say('thread.today');
  if (days === 1) return words.say('thread.yesterday');
  return words.day(at, now);
}
