import { useEffect, useRef, useState, type RefObject } from 'react';
import type { ConversationSnapshot } from '@parley/client';
import type { Conversation } from '@parley/protocol';
import { Composer, type Editing } from '../composer/Composer.tsx';
import { closedReason, NoComposer } from '../composer/NoComposer.tsx';
import { useAttachments } from '../composer/use-attachments.ts';
import { ReportDialog } from '../context/ReportDialog.tsx';
import { isOtherSide, otherSide } from '../hooks/other-side.ts';
import { useConnection, useConversation } from '../hooks/stores.ts';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';
import { LatestButton } from './LatestButton.tsx';
import { ThreadHeader } from './ThreadHeader.tsx';
import { LogSkeleton, ThreadLog } from './ThreadLog.tsx';
import { ThreadMissing } from './ThreadMissing.tsx';
import { useAnnouncement } from './use-announcement.ts';
import { useDrop } from './use-drop.ts';
import { useLineActions } from './use-line-actions.ts';
import { useLogScroll } from './use-log-scroll.ts';
import { useMarkRead, useNewAfter, usePresence, useSeen } from './use-reading.ts';

export interface ThreadProps {
  /** Another conversation needs another `key`: drafts, uploads and scroll belong to one. */
  conversationId: string;
  /** Shown as a back button on narrow screens. */
  onBack?: () => void;
  /** Opens and closes the details, where they are not always there. */
  onDetails?: () => void;
  detailsOpen?: boolean;
  detailsRef?: RefObject<HTMLButtonElement | null>;
  /** Where the focus goes as soon as the conversation is there; default: it stays. */
  focusOnOpen?: 'heading' | 'composer' | null;
}

/** One conversation: its messages, and where one writes. */
export function Thread(props: ThreadProps) {
  const { conversationId, onBack, onDetails, detailsOpen, detailsRef, focusOnOpen = null } = props;
  const words = useWords();
  const [snapshot, store] = useConversation(conversationId);
  const { conversation, status } = snapshot;
  const heading = useRef<HTMLHeadingElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const attachments = useAttachments();
  const open = conversation !== null && closedReason(conversation) === null;
  const drop = useDrop(open, attachments.add);
  useOpeningFocus(conversation ? focusOnOpen : null, heading, field);
  const name = conversation ? otherSide(conversation).name : '';
  return (
    <section
      className="parley-pane parley-thread"
      aria-label={words.say('thread.label', { name })}
      aria-busy={status === 'loading'}
      {...drop.handlers}
    >
      <ThreadHeader
        {...{ conversation, store, onBack, onDetails, detailsOpen, detailsRef }}
        here={conversation !== null && isOtherSide(conversation, snapshot.present)}
        loading={status === 'loading'}
        headingRef={heading}
      />
      {conversation && status !== 'error' ? (
        <ThreadBody {...{ store, attachments, field }} snapshot={{ ...snapshot, conversation }} />
      ) : status === 'error' ? (
        <ThreadMissing problem={snapshot.problem} onBack={onBack} />
      ) : (
        <div className="parley-log">
          <LogSkeleton />
        </div>
      )}
      {drop.over && (
        <div className="parley-drop">
          <Icon name="image" />
          <p>{words.say('composer.drop')}</p>
        </div>
      )}
    </section>
  );
}

interface ThreadBodyProps {
  snapshot: ConversationSnapshot & { conversation: Conversation };
  store: ReturnType<typeof useConversation>[1];
  attachments: ReturnType<typeof useAttachments>;
  field: RefObject<HTMLTextAreaElement | null>;
}

function ThreadBody({ snapshot, store, attachments, field }: ThreadBodyProps) {
  const { userId } = useConnection();
  const { conversation, messages, status, hasEarlier, loadingEarlier } = snapshot;
  const other = otherSide(conversation);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [reported, setReported] = useState<number | null>(null);
  const writable = closedReason(conversation) === null;
  const { actions, said, lastOwn } = useLineActions({
    snapshot,
    store,
    writable,
    userId,
    setEditing,
    setReported,
  });
  const scroll = useLogScroll({
    ready: status === 'ready',
    firstSeq: messages[0]?.seq ?? 0,
    onNearTop: () => {
      if (hasEarlier && !loadingEarlier) void store.loadEarlier();
    },
  });
  const seen = useSeen(scroll.scroller);
  const reading = seen && scroll.atBottom;
  usePresence(store, seen);
  useMarkRead(snapshot, store, reading);
  const newAfter = useNewAfter(snapshot, reading);
  const typing = isOtherSide(conversation, snapshot.typing);
  const announced = useAnnouncement(snapshot, userId, typing ? other.name : null);
  return (
    <>
      <ThreadLog {...{ snapshot, userId, newAfter, typing, actions, scroll }} />
      <p className="parley-unseen" role="status">
        {said || announced}
      </p>
      <div className="parley-foot">
        <LatestButton
          {...{ messages, userId }}
          atBottom={scroll.atBottom}
          onLatest={() => {
            scroll.toBottom(true);
            scroll.scroller.current?.focus({ preventScroll: true });
          }}
        />
        {writable ? (
          <Composer
            {...{ store, attachments, editing }}
            name={other.name}
            fieldRef={field}
            onEditEnd={() => setEditing(null)}
            onEditLast={() => setEditing(lastOwn)}
            onSent={() => scroll.toBottom(false)}
          />
        ) : (
          <NoComposer conversation={conversation} />
        )}
      </div>
      {reported !== null && (
        <ReportDialog
          conversationId={conversation.id}
          seq={reported}
          name={other.name}
          onClose={() => setReported(null)}
        />
      )}
    </>
  );
}

function useOpeningFocus(
  to: 'heading' | 'composer' | null,
  heading: RefObject<HTMLElement | null>,
  field: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    if (to === 'composer') (field.current ?? heading.current)?.focus({ preventScroll: true });
    if (to === 'heading') heading.current?.focus({ preventScroll: true });
  }, [to, heading, field]);
}
