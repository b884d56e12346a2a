import { useState, type RefObject } from 'react';
import type { Conversation } from '@parley/protocol';
import type { ConversationStore } from '@parley/client';
import { otherSide } from '../hooks/other-side.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { ToolButton } from '../primitives/Button.tsx';
import { Bone } from '../primitives/Skeleton.tsx';
import { latestOrder, orderStatus } from '../words/orders.ts';
import { useWords } from '../words/use-words.tsx';

export interface ThreadHeaderProps {
  conversation: Conversation | null;
  store: ConversationStore;
  headingRef: RefObject<HTMLHeadingElement | null>;
  loading: boolean;
  /** The other side has the conversation before them. */
  here: boolean;
  onBack?: (() => void) | undefined;
  onDetails?: (() => void) | undefined;
  detailsRef?: RefObject<HTMLButtonElement | null> | undefined;
  detailsOpen?: boolean | undefined;
}

/** Whom one talks to and about what; back to the list on a narrow screen, and the way to the details. */
export function ThreadHeader(props: ThreadHeaderProps) {
  const { conversation, store, headingRef, loading, here, onBack, onDetails, detailsRef, detailsOpen } =
    props;
  const words = useWords();
  return (
    <div className="parley-bar">
      {onBack && (
        <ToolButton className="parley-back" icon="back" label={words.say('thread.back')} onClick={onBack} />
      )}
      {conversation ? (
        <Who {...{ conversation, headingRef, here }} />
      ) : (
        loading && (
          <div className="parley-with parley-late" aria-hidden="true">
            <Bone />
            <Bone />
          </div>
        )
      )}
      {conversation && <ArchiveButton conversation={conversation} store={store} />}
      {conversation && onDetails && (
        <ToolButton
          className="parley-details"
          icon="panel"
          label={words.say('thread.details')}
          aria-expanded={detailsOpen ?? false}
          onClick={onDetails}
          {...(detailsRef && { elementRef: detailsRef })}
        />
      )}
    </div>
  );
}

type WhoProps = Pick<ThreadHeaderProps, 'headingRef' | 'here'> & { conversation: Conversation };

function Who({ conversation, headingRef, here }: WhoProps) {
  const words = useWords();
  const other = otherSide(conversation);
  const order = latestOrder(conversation.orders);
  return (
    <>
      <Avatar {...other} />
      <div className="parley-with">
        <h2 ref={headingRef} tabIndex={-1} dir="auto">
          {other.name}
        </h2>
        <p className="parley-line" dir="auto">
          {here && `${words.say('thread.here')} · `}
          {conversation.listing.title}
          {order && ` · ${orderStatus(order.status, words)}`}
        </p>
      </div>
    </>
  );
}

function ArchiveButton({ conversation, store }: { conversation: Conversation; store: ConversationStore }) {
  const words = useWords();
  const [busy, setBusy] = useState(false);
  const { archived } = conversation.seat;
  const toggle = () => {
    setBusy(true);
    store
      .setSeat({ archived: !archived })
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  return (
    <ToolButton
      className="parley-wide"
      icon="archive"
      label={words.say(archived ? 'action.unarchive' : 'action.archive')}
      aria-pressed={archived}
      disabled={busy}
      onClick={toggle}
    />
  );
}
