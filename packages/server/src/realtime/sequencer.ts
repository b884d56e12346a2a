import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { loadSeatHolders } from '../bus/resolve-hints.ts';
import type { NamedMessage } from '../db/messages.ts';
import type { Tables } from '../db/tables.ts';
import type { Push } from './deliver.ts';
import { readGaps, type Range } from './read-gaps.ts';
import { createRecent } from './recent.ts';

export type SentEvent = Extract<Push, { type: 'message.sent' }>;

export interface SequencerOptions {
  readonly db: Kysely<Tables>;
  readonly log: Logger;
  readonly isConnected: (userId: string) => boolean;
  /** Gets messages in the order of each log, without a gap and without a repetition. */
  readonly push: (event: Push) => void;
}

/** Between the bus and the sockets: whatever comes, and in whatever order, each log is pushed from its one end to the other. */
export interface Sequencer {
  /** This node has committed it. Pushed at once where nothing is missing before it. */
  own(event: SentEvent): void;
  /** The log reaches up to `seq`, by another node's word or the database's; `unheard` when no node has told. */
  advance(conversationId: string, seq: number, unheard?: boolean): void;
  /** Whether this node knows of messages up to `seq`. */
  knows(conversationId: string, seq: number): boolean;
  /** Null when the message was pushed or is nobody's; else settles when it was, in 2 s at most. */
  held(conversationId: string, seq: number): Promise<void> | null;
  /** The database was looked through: what is older and unknown was pushed long ago. */
  caughtUp(): void;
  close(): Promise<void>;
}

/** Conversations whose position is remembered; some 10 MB. */
const remembered = 50_000;
/** Conversations that may wait for the database; those beyond are found when it is looked through. */
const maxGaps = 10_000;
/** Conversations that are read together. */
const gapsPerTurn = 50;
/** Seconds around the last look through the database from which an unknown message may stem. */
const horizon = 15;
/** Messages before the one by which a log is met for the first time that are looked at; and where all of those are young. */
const narrow = 16;
const wide = 1_000;
/** Milliseconds that an answer waits for its place in the log. */
const holdPatience = 2_000;

interface Gap {
  readonly conversationId: string;
  /** The message by which the log was met. */
  readonly from: number;
  upto: number;
  /** Known where this node has committed a message of the gap. */
  recipients: readonly string[] | null;
  unheard: boolean;
  window: number;
  readonly closed: Promise<void>;
  readonly close: () => void;
}

export function createSequencer({ db, log, isConnected, push }: SequencerOptions): Sequencer {
  const pushed = createRecent<number>(remembered);
  const gaps = new Map<string, Gap>();
  const startedAt = performance.now();
  let lookedAt = startedAt;
  let running: Promise<void> | null = null;
  let closed = false;

  function open(conversationId: string, seq: number, change: (gap: Gap) => void): boolean {
    const gap = gaps.get(conversationId) ?? createGap(conversationId, seq);
    if (closed || (gaps.size >= maxGaps && !gaps.has(conversationId))) return false;
    gaps.set(conversationId, gap);
    gap.upto = Math.max(gap.upto, seq);
    change(gap);
    running ??= Promise.resolve().then(fill);
    return true;
  }

  function knows(conversationId: string, seq: number): boolean {
    return (gaps.get(conversationId)?.upto ?? pushed.get(conversationId) ?? 0) >= seq;
  }

  async function fill(): Promise<void> {
    for (let failures = 0; gaps.size > 0 && !closed;) {
      try {
        await fillSome([...gaps.values()].slice(0, gapsPerTurn));
        failures = 0;
      } catch (error) {
        if (failures === 0) log.warn({ err: error }, 'messages that are missing here cannot be read');
        failures += 1;
        await new Promise((resolve) => setTimeout(resolve, Math.min(100 * 2 ** failures, 1_000)));
      }
    }
    running = null;
  }

  async function fillSome(some: readonly Gap[]): Promise<void> {
    const strangers = some.filter((gap) => gap.recipients === null);
    const reach = new Map(some.map((gap) => [gap, gap.upto]));
    const seats = await loadSeatHolders(
      db,
      strangers.map((gap) => gap.conversationId),
    );
    const recipientsOf = (gap: Gap): readonly string[] =>
      gap.recipients ?? seats.get(gap.conversationId) ?? [];
    const watched = some.filter((gap) => recipientsOf(gap).some(isConnected));
    const ranges = watched.map((gap) => rangeOf(gap, reach.get(gap) ?? gap.upto));
    const rows = await readGaps(db, ranges);
    for (const gap of some) {
      const upto = reach.get(gap) ?? gap.upto;
      if (!watched.includes(gap)) settle(gap, upto);
      else pushRows(gap, upto, rows.get(gap.conversationId) ?? [], recipientsOf(gap));
    }
  }

  function rangeOf(gap: Gap, upto: number): Range {
    const { conversationId } = gap;
    const after = pushed.get(conversationId);
    if (after !== undefined) return { conversationId, after, upto, youngerThan: null };
    const now = performance.now();
    const youngerThan = Math.min((now - lookedAt) / 1000 + horizon, (now - startedAt) / 1000 + 1);
    return { conversationId, after: floorOf(gap), upto, youngerThan };
  }

  function pushRows(
    gap: Gap,
    upto: number,
    rows: readonly NamedMessage[],
    recipients: readonly string[],
  ): void {
    const { conversationId } = gap;
    const first = rows[0];
    const known = pushed.get(conversationId);
    if (known === undefined && first?.seq === floorOf(gap) + 1 && first.seq > 1 && gap.window < wide) {
      gap.window = wide;
      return;
    }
    if (first === undefined && known !== undefined) {
      log.warn({ conversationId, upto }, 'a message that the bus told of is not in the database');
      return drop(gap);
    }
    for (const row of rows) {
      if (row.seq === 1 && gap.unheard) push({ type: 'conversation.changed', recipients, conversationId });
      push({ type: 'message.sent', recipients, message: row, authorName: row.author_name });
    }
    settle(gap, rows.at(-1)?.seq ?? upto);
  }

  function settle(gap: Gap, reached: number): void {
    pushed.set(gap.conversationId, reached);
    if (reached >= gap.upto) drop(gap);
  }

  function drop(gap: Gap): void {
    gaps.delete(gap.conversationId);
    gap.close();
  }

  return {
    own(event) {
      const { conversation_id: conversationId, seq } = event.message;
      const known = pushed.get(conversationId) ?? (seq === 1 ? 0 : undefined);
      if (known !== undefined && seq <= known) return;
      const isNext = known === seq - 1 || !event.recipients.some(isConnected);
      const waits =
        (!isNext || gaps.has(conversationId)) &&
        open(conversationId, seq, (gap) => (gap.recipients = event.recipients));
      if (waits) return;
      push(event);
      pushed.set(conversationId, seq);
    },
    advance(conversationId, seq, unheard = false) {
      if (!knows(conversationId, seq)) open(conversationId, seq, (gap) => (gap.unheard ||= unheard));
    },
    knows,
    held(conversationId, seq) {
      const gap = gaps.get(conversationId);
      if (gap === undefined || seq <= (pushed.get(conversationId) ?? 0)) return null;
      return Promise.race([gap.closed, new Promise<void>((resolve) => setTimeout(resolve, holdPatience))]);
    },
    caughtUp() {
      lookedAt = performance.now();
    },
    async close() {
      closed = true;
      for (const gap of [...gaps.values()]) drop(gap);
      await running;
    },
  };
}

function createGap(conversationId: string, seq: number): Gap {
  let close = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const found = { recipients: null, unheard: false, window: narrow };
  return { conversationId, from: seq, upto: seq, ...found, closed, close };
}

function floorOf({ from, window }: Gap): number {
  return Math.max(from - 1 - window, 0);
}
