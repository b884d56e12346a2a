import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { NamedMessage } from '../db/messages.ts';
import type { Tables } from '../db/tables.ts';
import type { Push } from './deliver.ts';
import { readGaps, readLogs, type Log, type Range } from './read-gaps.ts';
import { createRecent, type Recent } from './recent.ts';

/** Conversations whose position is remembered; some 10 MB. */
const remembered = 50_000;
/** Conversations that are read together. */
const gapsPerTurn = 50;
/** Seconds before the last look through the database from which a message that was unknown then may stem. */
const horizon = 15;
/** Messages before the one by which a log is met for the first time that are looked at; and where all of those are young. */
const narrow = 16;
const wide = 1_000;

/** Messages of one log that were not pushed here, or not that this node knew of. */
export interface Gap {
  readonly conversationId: string;
  /** The message by which the log was met. */
  from: number;
  /** When the database was last looked through before that. */
  readonly lookedAt: number;
  upto: number;
  /** Known where this node has committed the gap's newest message: since an older one somebody may have come, or gone. */
  recipients: readonly string[] | null;
  /** No node has told of it. */
  unheard: boolean;
  window: number;
  readonly closed: Promise<void>;
  readonly close: () => void;
}

/** How far each log was pushed, and what is missing. */
export interface Positions {
  /** The newest `seq` that was pushed, by conversation; or was nobody's here. */
  readonly pushed: Recent<number>;
  readonly gaps: Map<string, Gap>;
  readonly startedAt: number;
  /** When the database was last looked through: what is older, unknown, and in no gap, was pushed long ago. */
  lookedAt: number;
}

export interface FillOptions {
  readonly db: Kysely<Tables>;
  readonly log: Logger;
  readonly isConnected: (userId: string) => boolean;
  /** Gets messages in the order of each log, without a gap and without a repetition. */
  readonly push: (event: Push) => void;
}

export function createPositions(): Positions {
  const now = performance.now();
  return { pushed: createRecent(remembered), gaps: new Map(), startedAt: now, lookedAt: now };
}

export function createGap(conversationId: string, seq: number, lookedAt: number): Gap {
  let close = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const found = { recipients: null, unheard: false, window: narrow };
  return { conversationId, from: seq, upto: seq, lookedAt, ...found, closed, close };
}

/** The log reaches up to `seq`; `recipients` where this node has committed that message. */
export function extendGap(gap: Gap, seq: number, recipients: Gap['recipients']): void {
  if (seq < gap.upto) return;
  gap.upto = seq;
  gap.recipients = recipients;
}

export function dropGap(positions: Positions, gap: Gap): void {
  positions.gaps.delete(gap.conversationId);
  gap.close();
}

/** Reads and pushes a part of what is missing: two queries, however many gaps. Rejects when the database is away. */
export async function fillSome(options: FillOptions, positions: Positions): Promise<void> {
  // As they are now: while the database is asked, gaps grow, and others come to know whom they are for.
  const some = [...positions.gaps.values()]
    .slice(0, gapsPerTurn)
    .map((gap) => ({ gap, told: gap.upto, known: gap.recipients }));
  const strangers = some.filter(({ known }) => known === null);
  const logs = await readLogs(
    options.db,
    strangers.map(({ gap }) => gap.conversationId),
  );
  const parts = some.map(({ gap, told, known }): Part => {
    const log = logs.get(gap.conversationId) ?? noLog;
    const upto = known === null ? believe(options, gap, told, log.lastSeq) : told;
    const recipients = known ?? log.recipients;
    return { gap, upto, recipients, isWatched: recipients.some(options.isConnected) };
  });
  const rows = await readGaps(
    options.db,
    parts.filter((part) => part.isWatched).map(({ gap, upto }) => rangeOf(positions, gap, upto)),
  );
  for (const part of parts)
    if (part.isWatched) pushRows(options, positions, part, rows.get(part.gap.conversationId) ?? []);
    else settle(positions, part.gap, part.upto);
}

interface Part {
  readonly gap: Gap;
  readonly upto: number;
  readonly recipients: readonly string[];
  readonly isWatched: boolean;
}

const noLog: Log = { lastSeq: 0, recipients: [] };

/**
 * How far a log reaches of which another node has told. Hints follow the commit: what is not in the database is no message, and taken for
 * pushed it would keep those back that come.
 */
function believe({ log }: FillOptions, gap: Gap, told: number, lastSeq: number): number {
  if (told <= lastSeq) return told;
  const { conversationId } = gap;
  log.warn({ conversationId, upto: told }, 'a message that the bus told of is not in the database');
  gap.from = Math.min(gap.from, lastSeq);
  if (gap.upto === told) gap.upto = lastSeq;
  return lastSeq;
}

function rangeOf({ pushed, startedAt }: Positions, gap: Gap, upto: number): Range {
  const { conversationId, lookedAt } = gap;
  const after = pushed.get(conversationId);
  if (after !== undefined) return { conversationId, after, upto, youngerThan: null };
  const now = performance.now();
  const youngerThan = Math.min((now - lookedAt) / 1000 + horizon, (now - startedAt) / 1000 + 1);
  return { conversationId, after: floorOf(gap), upto, youngerThan };
}

function floorOf({ from, window }: Gap): number {
  return Math.max(from - 1 - window, 0);
}

function pushRows(
  { log, push }: FillOptions,
  positions: Positions,
  { gap, upto, recipients }: Part,
  rows: readonly NamedMessage[],
): void {
  const { conversationId } = gap;
  const first = rows[0];
  const isMet = positions.pushed.get(conversationId) !== undefined;
  if (!isMet && first?.seq === floorOf(gap) + 1 && first.seq > 1 && gap.window < wide) {
    gap.window = wide;
    return;
  }
  if (first === undefined && isMet) {
    log.warn({ conversationId, upto }, 'a message that the bus told of is not in the database');
    return dropGap(positions, gap);
  }
  for (const row of rows) {
    if (row.seq === 1 && gap.unheard) push({ type: 'conversation.changed', recipients, conversationId });
    push({ type: 'message.sent', recipients, message: row, authorName: row.author_name });
  }
  settle(positions, gap, rows.at(-1)?.seq ?? upto);
}

function settle(positions: Positions, gap: Gap, reached: number): void {
  positions.pushed.set(gap.conversationId, reached);
  if (reached >= gap.upto) dropGap(positions, gap);
}
