import { availableParallelism } from 'node:os';
import { ProblemError } from '@parley/protocol';
import { createAside } from './aside.ts';
import type { BatchContext, BatchOptions, Waiting } from './batch.ts';
import { keepConnection } from './connection.ts';
import type { Journal } from './journal.ts';
import { createLane, type Lane } from './lane.ts';
import { createMemory } from './memory.ts';

export interface JournalOptions extends BatchOptions {
  /** Entries in one commit. */
  readonly batchSize?: number;
  /** Commits in flight: each conversation belongs to one of so many lanes, so that its entries keep their order. */
  readonly lanes?: number;
  /** Entries that may wait; more are refused with 503 before they are accepted. As many more may wait for conversations that are held. */
  readonly maxWaiting?: number;
  /**
   * Milliseconds that entries may wait for their batch; where the oldest has waited longer, its lane refuses more likewise. So long an
   * entry waits too for a conversation that somebody else's transaction holds, and is refused with 503 then.
   */
  readonly maxWait?: number;
}

/**
 * How many lanes a journal has, unless said: so many connections it needs. Two commits in flight keep two of PostgreSQL's cores at work;
 * where it has hardly one to itself, one lane's larger batches cost 11% less CPU a message.
 */
export const defaultLanes = availableParallelism() > 2 ? 2 : 1;

/**
 * Starts a journal. There is no timer in it: an entry that finds its lane idle is written at once; a batch forms only while a commit
 * is in flight, so under load the cost of fsync is shared. Only what waits for somebody else's lock is tried again by the clock, aside.
 */
export function createJournal(options: JournalOptions): Journal {
  const { lanes: count = defaultLanes, batchSize = 256, maxWaiting = 10_000, maxWait = 3_000 } = options;
  const memory = createMemory();
  const createContext = (): BatchContext => ({
    ...options,
    memory,
    connection: keepConnection(options.pool),
  });
  // Its lane is not to blame for how long it has waited, and would refuse others for that.
  const aside = createAside(createContext(), batchSize, (waiting) =>
    laneFor(waiting.entry.conversationId)?.add({ ...waiting, since: performance.now() }),
  );
  const lanes = Array.from({ length: count }, () => createLane(createContext(), batchSize, aside));
  const laneFor = (conversationId: string): Lane | undefined => lanes[laneOf(conversationId, count)];
  const unsubscribe = options.bus.subscribe((event) => {
    if (event.type === 'message.stored') memory.hear(event.conversationId, event.seq);
  });
  const inLanes = (): number => lanes.reduce((sum, lane) => sum + lane.size(), 0);
  let closed = false;

  /** Who takes an entry of a conversation; null where too many wait. */
  function takerOf(conversationId: string): { add(waiting: Waiting): void } | null {
    if (closed) return null;
    if (aside.has(conversationId)) return aside.size() < maxWaiting ? aside : null;
    const lane = laneFor(conversationId);
    return lane === undefined || inLanes() >= maxWaiting || lane.waitedFor() > maxWait ? null : lane;
  }

  return {
    waiting: () => inLanes() + aside.size(),
    append(entry) {
      // PostgreSQL answers UUIDs in lower case, and callers may write them as they like.
      const conversationId = entry.conversationId.toLowerCase();
      const taker = takerOf(conversationId);
      if (taker === null) return Promise.reject(tooMuch());
      return new Promise((resolve, reject) => {
        const since = performance.now();
        taker.add({ entry: { ...entry, conversationId }, since, until: since + maxWait, resolve, reject });
      });
    },
    async close() {
      closed = true;
      do {
        await aside.idle();
        await Promise.all(lanes.map((lane) => lane.idle()));
      } while (aside.size() > 0 || lanes.some((lane) => lane.busy()));
      unsubscribe();
    },
  };
}

function tooMuch(): ProblemError {
  return new ProblemError(
    'unavailable',
    'Too many messages are waiting to be written; try again in a moment.',
    {
      retryAfter: 1,
    },
  );
}

/** The lane of a conversation: the end of a UUIDv7 is random. */
export function laneOf(conversationId: string, count: number): number {
  return Number.parseInt(conversationId.slice(-4), 16) % count;
}
