import type { Conversation, InboxFilter, Message, MessageKind } from '@parley/protocol';

/** Kinds that a list shows as the last message, that move a conversation up, and that count as unread. */
const headKinds: ReadonlySet<MessageKind> = new Set(['text', 'notice']);

/** Whether it counts as unread for somebody: of a kind that does, and not their own. */
export function countsAsUnread(message: Message, userId: string | null): boolean {
  return headKinds.has(message.kind) && (message.author.userId === null || message.author.userId !== userId);
}

/** The conversation after its next message, as the service would show it to `userId`. */
export function afterMessage(before: Conversation, message: Message, userId: string | null): Conversation {
  const { seq, kind, author } = message;
  const mine = author.userId !== null && author.userId === userId;
  const seat = { ...before.seat };
  if (mine) Object.assign(seat, { readSeq: Math.max(seq, seat.readSeq), unread: 0 });
  // A read position comes by a way of its own, and may be here before the message that it is behind.
  else if (countsAsUnread(message, userId) && seq > seat.readSeq) seat.unread += 1;
  if (headKinds.has(kind)) seat.archived = false;
  const asks = kind === 'text' && seat.side !== 'moderator';
  return {
    ...before,
    lastSeq: seq,
    lastMessage: lastMessageAfter(before.lastMessage, message),
    seat,
    others: author.userId === null || mine ? before.others : readTo(before.others, author.userId, seq),
    needsReply: asks ? author.side !== seat.side : before.needsReply,
  };
}

function lastMessageAfter(
  before: Conversation['lastMessage'],
  message: Message,
): Conversation['lastMessage'] {
  const { seq, kind, text, author, createdAt, target, attachments } = message;
  if (headKinds.has(kind))
    return {
      seq,
      kind,
      text,
      author: { side: author.side, userId: author.userId },
      createdAt,
      ...(text === '' && attachments.length > 0 && { attachmentTypes: attachments.map(({ type }) => type) }),
    };
  if (before === null || before.seq !== target) return before;
  if (kind !== 'redaction') return { ...before, text };
  const { attachmentTypes: _gone, ...rest } = before;
  return { ...rest, text };
}

/** Read positions after somebody has read up to `seq`; they never go back. */
export function readTo(others: Conversation['others'], userId: string, seq: number): Conversation['others'] {
  return others.map((other) =>
    other.userId === userId && other.readSeq < seq ? { userId, readSeq: seq } : other,
  );
}

/** Whether it shows an earlier state than `known`: the log and read positions only grow. */
export function isOlder(conversation: Conversation, known: Conversation): boolean {
  const positions = new Map(conversation.others.map(({ userId, readSeq }) => [userId, readSeq]));
  return (
    conversation.lastSeq < known.lastSeq ||
    conversation.seat.readSeq < known.seat.readSeq ||
    known.others.some(({ userId, readSeq }) => (positions.get(userId) ?? readSeq) < readSeq)
  );
}

/** Whether both say the same of what only grows: which of them is the later then cannot be told. */
export function isLevel(conversation: Conversation, known: Conversation): boolean {
  return !isOlder(conversation, known) && !isOlder(known, conversation);
}

/** Newest activity first; the same order as the service's. */
export function compareActivity(a: Conversation, b: Conversation): number {
  const [first, second] = [activityKey(a), activityKey(b)];
  return first === second ? 0 : first < second ? 1 : -1;
}

/** Sorts like the activity: ISO times and UUIDs sort as text. */
export function activityKey({ lastMessage, createdAt, id }: Conversation): string {
  return `${lastMessage?.createdAt ?? createdAt} ${id}`;
}

/** Whether a list with this filter shows it; a search looks into the archive too. */
export function isListed(
  { seat, needsReply, lastSeq }: Conversation,
  filter: InboxFilter,
  q: string,
): boolean {
  if (lastSeq === 0) return false;
  const listed = {
    all: !seat.archived || q !== '',
    unread: seat.unread > 0 && !seat.archived,
    'needs-reply': needsReply && !seat.archived,
    archived: seat.archived,
  };
  return listed[filter];
}
