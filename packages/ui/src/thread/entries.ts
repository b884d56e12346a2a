import type { OutboxItem } from '@parley/client';
import type { Attachment, Author, Conversation, Message, UploadedAttachment } from '@parley/protocol';

/** One bubble: a message of the log, or one that is still on its way. */
export interface Line {
  key: string;
  text: string;
  attachments: readonly (Attachment | UploadedAttachment)[];
  at: string;
  /** Its place in the log; null while it is in the outbox. */
  seq: number | null;
  outbox: OutboxItem | null;
  edited: boolean;
  masked: boolean;
  /** Whose side took it back. */
  redactedBy: Author['side'] | null;
}

/** `delivered` and `read` stand only where they say something new; `failed` and the two before it are of the outbox. */
export type Mark = 'none' | 'sending' | 'waiting' | 'failed' | 'delivered' | 'read';

export interface Group {
  kind: 'group';
  key: string;
  author: Author;
  /** Of the reader's own side: colleagues of one store stand on the same side. */
  own: boolean;
  /** Written by the reader. */
  mine: boolean;
  lines: Line[];
  mark: Mark;
}

export type Entry =
  | Group
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string }
  | { kind: 'notice'; key: string; message: Message };

export interface EntriesInput {
  conversation: Conversation;
  messages: readonly Message[];
  outbox: readonly OutboxItem[];
  userId: string | null;
  /** The "New" line stands before the first message of others after this `seq`; null for none. */
  newAfter: number | null;
}

/** Milliseconds of silence after which the same author starts a new group, with a time of its own. */
const pause = 10 * 60_000;

/** What a thread shows, from the log and the outbox: days, notices, the "New" line, and bubbles grouped by author. */
export function entriesOf(input: EntriesInput): Entry[] {
  const { messages, outbox, userId, newAfter, conversation } = input;
  const takers = redactors(messages);
  const entries: Entry[] = [];
  let day = '';
  let newShown = newAfter === null;
  for (const message of messages) {
    if (message.kind === 'edit' || message.kind === 'redaction') continue;
    const mine = message.author.userId !== null && message.author.userId === userId;
    const today = new Date(message.createdAt).toDateString();
    if (today !== day) entries.push({ kind: 'day', key: `day ${today}`, at: message.createdAt });
    day = today;
    if (!newShown && newAfter !== null && message.seq > newAfter && !mine) {
      entries.push({ kind: 'new', key: 'new' });
      newShown = true;
    }
    if (message.kind === 'notice') entries.push({ kind: 'notice', key: `seq ${message.seq}`, message });
    else addLine(entries, lineOf(message, takers), message.author, mine, conversation);
  }
  const me: Author = { side: conversation.seat.side, userId, name: '' };
  for (const item of outbox) addLine(entries, outboxLine(item, userId), me, true, conversation);
  return marked(entries, messages, conversation);
}

function redactors(messages: readonly Message[]): ReadonlyMap<number, Author['side']> {
  const takers = new Map<number, Author['side']>();
  for (const { kind, target, author } of messages)
    if (kind === 'redaction' && target !== undefined) takers.set(target, author.side);
  return takers;
}

function lineOf(message: Message, takers: ReadonlyMap<number, Author['side']>): Line {
  const { seq, clientId, text, attachments, createdAt, editedAt, redactedAt, masked, author } = message;
  return {
    key: clientId === null ? `seq ${seq}` : sentKey(author.userId, clientId),
    text,
    attachments,
    at: createdAt,
    seq,
    outbox: null,
    edited: editedAt !== undefined,
    masked: masked === true,
    redactedBy: redactedAt === undefined ? null : (takers.get(seq) ?? author.side),
  };
}

/** The same while a message waits and when it is in the log, so that its bubble stays where it is. */
const sentKey = (userId: string | null, clientId: string) => `sent ${userId ?? ''} ${clientId}`;

function outboxLine(item: OutboxItem, userId: string | null): Line {
  const { clientId, text, attachments, createdAt } = item;
  return {
    key: sentKey(userId, clientId),
    text,
    attachments,
    at: createdAt,
    seq: null,
    outbox: item,
    edited: false,
    masked: false,
    redactedBy: null,
  };
}

function addLine(
  entries: Entry[],
  line: Line,
  author: Author,
  mine: boolean,
  conversation: Conversation,
): void {
  const last = entries.at(-1);
  const own = author.side === conversation.seat.side;
  if (last?.kind === 'group' && belongs(last, line, author)) last.lines.push(line);
  else entries.push({ kind: 'group', key: line.key, author, own, mine, lines: [line], mark: 'none' });
}

function belongs(group: Group, line: Line, author: Author): boolean {
  const last = group.lines.at(-1);
  if (!last || line.outbox?.state === 'failed' || last.outbox?.state === 'failed') return false;
  const same = group.author.userId === author.userId && group.author.side === author.side;
  return same && Date.parse(line.at) - Date.parse(last.at) < pause;
}

/** Marks the last own group, and the last one that the other side has read. */
function marked(entries: Entry[], messages: readonly Message[], conversation: Conversation): Entry[] {
  const readTo = othersReadTo(messages, conversation);
  let latest = true;
  for (const entry of [...entries].reverse()) {
    const last = entry.kind === 'group' && entry.own ? entry.lines.at(-1) : undefined;
    if (entry.kind !== 'group' || !last) continue;
    if (last.outbox) {
      entry.mark = last.outbox.state;
      continue;
    }
    if (last.seq !== null && last.seq <= readTo) {
      entry.mark = 'read';
      break;
    }
    if (latest) entry.mark = 'delivered';
    latest = false;
  }
  return entries;
}

/** How far anybody of the other side has read; colleagues and mediators do not count. */
export function othersReadTo(messages: readonly Message[], { seat, buyer, others }: Conversation): number {
  const mediators = new Set(
    messages.filter((each) => each.author.side === 'moderator').map((each) => each.author.userId),
  );
  const theirs = others.filter(({ userId }) =>
    seat.side === 'buyer' ? !mediators.has(userId) : userId === buyer.id,
  );
  return Math.max(0, ...theirs.map((other) => other.readSeq));
}
