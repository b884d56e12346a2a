import { memo, useState, type MouseEvent } from 'react';
import type { OutboxItem } from '@parley/client';
import type { Conversation } from '@parley/protocol';
import { otherSide } from '../hooks/other-side.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { classes } from '../primitives/class-names.ts';
import { Icon } from '../primitives/Icon.tsx';
import { Time } from '../primitives/Time.tsx';
import { useWords } from '../words/use-words.tsx';

export interface ConversationRowProps {
  conversation: Conversation;
  userId: string | null;
  current: boolean;
  href?: string | undefined;
  tabIndex: number;
  failed: OutboxItem | null;
  waiting: OutboxItem | null;
  draft: string;
  onOpen: (id: string) => void;
}

/** One row of the list: 82 px, three lines, never more. */
export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { conversation, current, href, tabIndex, onOpen } = props;
  const words = useWords();
  const { id, seat, listing, lastMessage } = conversation;
  const other = otherSide(conversation);
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(id);
  };
  return (
    <a
      className={classes('parley-row', seat.unread > 0 && 'parley-row-unread')}
      href={href ?? '#'}
      aria-current={current ? 'true' : undefined}
      data-id={id}
      tabIndex={tabIndex}
      onClick={onClick}
    >
      <span className="parley-row-picture">
        <Thumbnail url={listing.imageUrl} />
        <Avatar {...other} />
      </span>
      <span className="parley-row-ends">
        <span className="parley-row-who" dir="auto">
          {other.name}
        </span>
        <Time at={lastMessage?.createdAt ?? conversation.createdAt} as="ago" className="parley-row-when" />
      </span>
      <span className="parley-row-what" dir="auto">
        {listing.title}
      </span>
      <span className="parley-row-ends">
        <LastLine {...props} />
        {seat.muted && <Sign icon="mute" text={words.say('row.muted')} />}
        {seat.unread > 0 ? (
          <span className="parley-badge">
            <span aria-hidden="true">{seat.unread > 99 ? '99+' : words.number(seat.unread)}</span>
            <span className="parley-unseen">{words.say('unread.count', { count: seat.unread })}</span>
          </span>
        ) : (
          conversation.needsReply && <Sign icon="undo" text={words.say('row.needs-reply')} />
        )}
      </span>
    </a>
  );
});

function Thumbnail({ url }: { url: string | null }) {
  const [broken, setBroken] = useState(false);
  if (url && !broken)
    return <img src={url} alt="" width="48" height="48" loading="lazy" onError={() => setBroken(true)} />;
  return (
    <span className="parley-row-blank">
      <Icon name="image" />
    </span>
  );
}

function Sign({ icon, text }: { icon: 'mute' | 'undo'; text: string }) {
  return (
    <span className="parley-row-sign" title={text}>
      <Icon name={icon} small />
      <span className="parley-unseen">{text}</span>
    </span>
  );
}

/** The truth about the last message: what could not be sent comes before a draft, a draft before what waits, and that before what was said. */
function LastLine({ conversation, userId, failed, waiting, draft, current }: ConversationRowProps) {
  const words = useWords();
  const said = conversation.lastMessage;
  if (failed)
    return (
      <span className="parley-row-last" dir="auto">
        <Icon name="alert" small className="parley-bad" />
        <span className="parley-bad">{words.say('row.failed')}</span> {failed.text.slice(0, 160)}
      </span>
    );
  if (draft.trim() !== '' && !current)
    return (
      <span className="parley-row-last" dir="auto">
        <span className="parley-row-draft">{words.say('row.draft')}</span> {draft.slice(0, 160)}
      </span>
    );
  if (waiting?.text)
    return (
      <span className="parley-row-last" dir="auto">
        <Icon name="clock" small className="parley-late" />
        <b>{words.say('row.you')}</b> {waiting.text.slice(0, 160)}
      </span>
    );
  if (!said) return <span className="parley-row-last">{words.say('row.none')}</span>;
  const types = said.attachmentTypes ?? [];
  const removed = said.text === '' && types.length === 0;
  const own = said.author.userId !== null && said.author.userId === userId;
  const photos = types.every((type) => type.startsWith('image/'));
  return (
    <span className="parley-row-last" dir="auto">
      {own && !removed && <b>{words.say('row.you')} </b>}
      {said.text.slice(0, 160) ||
        (removed
          ? words.say('row.removed')
          : words.say(photos ? 'row.photo' : 'row.file', { count: types.length }))}
    </span>
  );
}
