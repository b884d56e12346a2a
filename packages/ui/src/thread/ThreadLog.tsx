import { memo, useId, type KeyboardEvent } from 'react';
import type { ConversationSnapshot } from '@parley/client';
import type { Conversation } from '@parley/protocol';
import { otherSide } from '../hooks/other-side.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { Bone } from '../primitives/Skeleton.tsx';
import { useWords } from '../words/use-words.tsx';
import type { LineActions } from './Bubble.tsx';
import { ChunkView } from './ChunkView.tsx';
import { chunksOf, type EntriesInput } from './entries.ts';
import { isSame } from './is-same.ts';
import type { LogScroll } from './use-log-scroll.ts';

export interface ThreadLogProps {
  snapshot: ConversationSnapshot & { conversation: Conversation };
  userId: string | null;
  newAfter: number | null;
  typing: boolean;
  actions: LineActions;
  scroll: LogScroll;
}

/** The messages, from the first that is loaded to the last. */
export function ThreadLog({ snapshot, userId, newAfter, typing, actions, scroll }: ThreadLogProps) {
  const words = useWords();
  const keysId = useId();
  const { conversation, status, messages, outbox, hasEarlier } = snapshot;
  const { buyer, store, seat, others, orders } = conversation;
  const talk = { buyer, store, seat: { side: seat.side }, others, orders };
  return (
    <div
      ref={scroll.scroller}
      className="parley-log"
      role="log"
      aria-live="off"
      aria-label={words.say('thread.messages')}
      aria-describedby={keysId}
      tabIndex={0}
      onKeyDown={moveBetweenMessages}
    >
      <div ref={scroll.content} className="parley-messages">
        <p id={keysId} hidden>
          {words.say('thread.keys')}
        </p>
        {hasEarlier && <LogSkeleton rows={2} />}
        {status === 'loading' && <LogSkeleton />}
        <LogEntries
          {...{ messages, outbox, userId, newAfter, actions }}
          conversation={talk}
          ready={status === 'ready'}
        />
        {typing && <TypingBubble conversation={conversation} />}
      </div>
    </div>
  );
}

interface LogEntriesProps extends EntriesInput {
  actions: LineActions;
  ready: boolean;
}

/** What is said. What else happens in the thread, such as typing or an upload, leaves it alone: it may be thousands of messages. */
const LogEntries = memo(function LogEntries({ actions, ready, ...input }: LogEntriesProps) {
  const words = useWords();
  const { buyer, store, seat } = input.conversation;
  const parties = { buyer, store, seat };
  const chunks = chunksOf(input);
  if (ready && chunks[0]?.entries.length === 0) {
    const { name } = otherSide(parties);
    return <p className="parley-separator">{words.say('thread.empty', { name })}</p>;
  }
  return chunks.map((chunk) => (
    <ChunkView key={chunk.key} last={chunk === chunks.at(-1)} {...{ chunk, parties, actions }} />
  ));
}, isSame);

function TypingBubble({ conversation }: { conversation: Conversation }) {
  return (
    <div className="parley-group" aria-hidden="true">
      <Avatar {...otherSide(conversation)} />
      <div className="parley-stack">
        <div className="parley-said">
          <div className="parley-bubble parley-typing">
            <i />
            <i />
            <i />
          </div>
        </div>
      </div>
    </div>
  );
}

/** One stop for Tab; within it, arrows go from one message's menu to the next, the last first. */
function moveBetweenMessages(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('.parley-more')];
  const at = buttons.findIndex((button) => button.matches(':focus'));
  const next = event.key === 'ArrowUp' ? (at < 0 ? buttons.length - 1 : at - 1) : at + 1;
  if (at < 0 && event.key === 'ArrowDown') return;
  const button = buttons[next];
  if (!button) return;
  event.preventDefault();
  button.focus();
}

/** Bubbles to come. */
export function LogSkeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div className="parley-bones parley-late" aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        <Bone key={index} />
      ))}
    </div>
  );
}
