import { memo, useId, type KeyboardEvent } from 'react';
import type { ConversationSnapshot } from '@parley/client';
import type { Conversation } from '@parley/protocol';
import { otherSide } from '../hooks/other-side.ts';
import { useNow } from '../hooks/use-now.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { Bone } from '../primitives/Skeleton.tsx';
import { daysBetween } from '../words/formats.ts';
import { useWords, type Words } from '../words/use-words.tsx';
import type { LineActions } from './Bubble.tsx';
import { entriesOf, type EntriesInput } from './entries.ts';
import { GroupView } from './GroupView.tsx';
import { Notice } from './Notice.tsx';
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
          {...{ conversation, messages, outbox, userId, newAfter, actions }}
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

/** Days, groups and notices. What else happens in the thread, such as typing or an upload, leaves them alone: they may be thousands. */
const LogEntries = memo(function LogEntries({ actions, ready, ...input }: LogEntriesProps) {
  const words = useWords();
  const { conversation } = input;
  const entries = entriesOf(input);
  if (ready && entries.length === 0) {
    const { name } = otherSide(conversation);
    return <p className="parley-separator">{words.say('thread.empty', { name })}</p>;
  }
  return entries.map((entry) => {
    if (entry.kind === 'group')
      return <GroupView key={entry.key} group={entry} conversation={conversation} actions={actions} />;
    if (entry.kind === 'notice')
      return <Notice key={entry.key} message={entry.message} conversation={conversation} />;
    if (entry.kind === 'day') return <Day key={entry.key} at={entry.at} />;
    return (
      <p key="new" className="parley-new">
        {words.say('thread.new')}
      </p>
    );
  });
});

const Day = memo(function Day({ at }: { at: string }) {
  const words = useWords();
  const now = useNow();
  return <h3 className="parley-separator">{dayText(new Date(at), new Date(now), words)}</h3>;
});

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

function dayText(at: Date, now: Date, words: Words): string {
  const days = daysBetween(at, now);
  if (days === 0) return words.say('thread.today');
  if (days === 1) return words.say('thread.yesterday');
  return words.day(at, now);
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
