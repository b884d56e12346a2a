import type { OutboxItem } from '@parley/client';
import type { Attachment, Author, Conversation, Message, UploadedAttachment } from '@parley/protocol';
import type { Parties } from '../hooks/other-side.ts';

/** One bubble: a message of the log, or one that is still on its way. */
export interface Line {
  key: string;
  text: string;
  attachments: readonly (Attachment | UploadedAttachment)[];
  at: string;
  /** The calendar day of `at`, where the reader is, and its milliseconds since 1970. */
  day: string;
  time: number;
  /** Its place in the log; null while it is in the outbox. */
  seq: number | null;
  outbox: OutboxItem | null;
  edited: boolean;
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
  | { kind: 'notice'; key: string; message: Message; order: Order | undefined };

/** An order as a conversation names it. */
export type Order = Conversation['orders'][number];

/** A part of what a thread shows: it renders as one, and the browser may leave it out as one. */
export interface Chunk {
  key: number;
  entries: Entry[];
}

/** What of a conversation shows in its log. */
export type Talk = Parties & Pick<Conversation, 'others' | 'orders'>;

export interface EntriesInput {
  conversation: Talk;
  messages: readonly Message[];
  outbox: readonly OutboxItem[];
  userId: string | null;
  /** The "New" line stands before the first message of others after this `seq`; null for none. */
  newAfter: number | null;
}

/** Milliseconds of silence after which the same author starts a new group, with a time of its own. */
const pause = 10 * 60_000;

/** Messages in a chunk; it takes more where a group would be cut. */
const chunkSize = 50;

/**
 * What a thread shows, from the log and the outbox: days, notices, the "New" line, and bubbles grouped by author. Where a chunk ends
 * depends on `seq` alone, not on where the log begins, and is always after a group: no margins collapse there.
 */
export function chunksOf(input: EntriesInput): Chunk[] {
  const { messages, outbox, userId, newAfter, conversation } = input;
  const takers = redactors(messages);
  const keyOf = (seq: number) => Math.floor(seq / chunkSize);
  let chunk: Chunk = { key: keyOf(messages[0]?.seq ?? 0), entries: [] };
  const chunks = [chunk];
  let day = '';
  let newFrom = newAfter ?? Infinity;
  for (const message of messages) {
    if (message.kind === 'edit' || message.kind === 'redaction') continue;
    const { author, seq } = message;
    const mine = author.userId !== null && author.userId === userId;
    const line = lineOf(message, takers);
    const last = chunk.entries.at(-1);
    const begins = last?.kind === 'group' && (line.day !== day || !belongs(last, line, author));
    if (begins && keyOf(seq) > chunk.key) chunks.push((chunk = { key: keyOf(seq), entries: [] }));
    const { entries } = chunk;
    if (line.day !== day) entries.push({ kind: 'day', key: `day ${line.day}`, at: line.at });
    day = line.day;
    if (seq > newFrom && !mine) {
      entries.push({ kind: 'new', key: 'new' });
      newFrom = Infinity;
    }
    if (message.kind === 'notice') entries.push(noticeOf(message, conversation));
    else addLine(entries, line, author, mine, conversation);
  }
  const me: Author = { side: conversation.seat.side, userId, name: '' };
  for (const item of outbox) addLine(chunk.entries, outboxLine(item, userId), me, true, conversation);
  mark(chunks, messages, conversation);
  return chunks;
}

function redactors(messages: readonly Message[]): ReadonlyMap<number, Author['side']> {
  const takers = new Map<number, Author['side']>();
  for (const { kind, target, author } of messages)
    if (kind === 'redaction' && target !== undefined) takers.set(target, author.side);
  return takers;
}

function noticeOf(message: Message, { orders }: Talk): Entry {
  const order = orders.find(({ id }) => id === message.notice?.orderId);
  return { kind: 'notice', key: `seq ${message.seq}`, message, order };
}

const madeLines = new WeakMap<Message, Line>();

/** A message's line is made once: a thread may hold thousands, and a message that changes is another object. */
function lineOf(message: Message, takers: ReadonlyMap<number, Author['side']>): Line {
  let line = madeLines.get(message);
  if (!line) madeLines.set(message, (line = makeLine(message, takers)));
  return line;
}

function makeLine(message: Message, takers: ReadonlyMap<number, Author['side']>): Line {
  const { seq, clientId, editedAt, redactedAt, author } = message;
  return {
    ...beginLine(message),
    key: clientId === null ? `seq ${seq}` : sentKey(author.userId, clientId),
    seq,
    edited: editedAt !== undefined,
    redactedBy: redactedAt === undefined ? null : (takers.get(seq) ?? author.side),
  };
}

const outboxLine = (item: OutboxItem, userId: string | null): Line => ({
  ...beginLine(item),
  key: sentKey(userId, item.clientId),
  outbox: item,
});

const beginLine = ({ text, attachments, createdAt }: Message | OutboxItem): Omit<Line, 'key'> => ({
  text,
  attachments,
  at: createdAt,
  day: new Date(createdAt).toDateString(),
  time: Date.parse(createdAt),
  seq: null,
  outbox: null,
  edited: false,
  redactedBy: null,
});

/** The same while a message waits and when it is in the log, so that its bubble stays where it is. */
const sentKey = (userId: string | null, clientId: string) => `sent ${userId ?? ''} ${clientId}`;

function addLine(entries: Entry[], line: Line, author: Author, mine: boolean, conversation: Talk): void {
  const last = entries.at(-1);
  const own = author.side === conversation.seat.side;
  if (last?.kind === 'group' && belongs(last, line, author)) last.lines.push(line);
  else entries.push({ kind: 'group', key: line.key, author, own, mine, lines: [line], mark: 'none' });
}

function belongs(group: Group, line: Line, author: Author): boolean {
  const last = group.lines.at(-1);
  if (!last || line.outbox?.state === 'failed' || last.outbox?.state === 'failed') return false;
  const same = group.author.userId === author.userId && group.author.side === author.side;
  return same && line.time - last.time < pause;
}

/** Marks the last own group, and the last one that the other side has read. */
function mark(chunks: readonly Chunk[], messages: readonly Message[], conversation: Talk): void {
  const readTo = othersReadTo(messages, conversation);
  let latest = true;
  for (const entry of chunks.flatMap(({ entries }) => entries).reverse()) {
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
}

/** How far anybody of the other side has read; colleagues and mediators do not count. */
export function othersReadTo(messages: readonly Message[], { seat, buyer, others }: Talk): number {
  const mediators = new Set(
    messages.filter((each) => each.author.side === 'moderator').map((each) => each.author.userId),
  );
  const theirs = others.filter(({ userId }) =>
    seat.side === 'buyer' ? !mediators.has(userId) : userId === buyer.id,
  );
  return Math.max(0, ...theirs.map((other) => other.readSeq));
}
