import { useEffect, useRef } from 'react';
import type { Message } from '@parley/protocol';
import { Button } from '../primitives/Button.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';

export interface LatestButtonProps {
  messages: readonly Message[];
  userId: string | null;
  atBottom: boolean;
  onLatest: () => void;
}

/** Back to the end of the log, for who has scrolled up; counts what others wrote since. */
export function LatestButton({ messages, userId, atBottom, onLatest }: LatestButtonProps) {
  const words = useWords();
  const last = messages.at(-1)?.seq ?? 0;
  const left = useRef(last);
  useEffect(() => {
    if (atBottom) left.current = last;
  }, [atBottom, last]);
  if (atBottom) return null;
  const missed = messages.filter(
    ({ seq, kind, author }) => seq > left.current && kind === 'text' && author.userId !== userId,
  ).length;
  return (
    <div className="parley-latest">
      <Button onClick={onLatest}>
        <Icon name="down" small />
        {missed > 0 ? words.say('thread.latest-count', { count: missed }) : words.say('thread.latest')}
      </Button>
    </div>
  );
}
