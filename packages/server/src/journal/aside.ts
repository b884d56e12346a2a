import { setTimeout as sleep } from 'node:timers/promises';
import type { ProblemError } from '@parley/protocol';
import { notStored, writeBatch, type BatchContext, type Waiting } from './batch.ts';
import { createHeldQueues } from './held-queues.ts';

/**
 * Where entries wait whose conversation a transaction that is none of the journal's holds: an operator's, a migration's. They are tried
 * apart from the lanes, so that nobody else waits for them.
 */
export interface Aside {
  /** Entries that wait here. */
  size(): number;
  /** Whether a conversation was held when it was last tried. Its entries come here, behind those that wait. */
  has(conversationId: string): boolean;
  add(waiting: Waiting): void;
  /** Resolves when all is written or refused. */
  idle(): Promise<void>;
}

/** Milliseconds between tries where none wrote anything. A try waits for no conversation, and so takes a lane's connection for little. */
const pause = 25;

/** Conversations at most that are known as held while none of their entries waits: the next send costs the lane no wait for the lock. */
const maxKnown = 1_000;

/**
 * Tries `batchSize` entries at a time, and refuses with 503 what has waited long enough. What is left of a conversation that turns out to
 * be free goes to `giveBack`, in its order: where sends follow each other closely, its queue might never be empty.
 */
export function createAside(
  context: BatchContext,
  batchSize: number,
  giveBack: (waiting: Waiting) => void,
): Aside {
  const queues = createHeldQueues(maxKnown);
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (queues.size() > 0) {
      if (!(await tryOnce())) await sleep(pause);
      const now = performance.now();
      refuse(notStored(), ({ until }) => until < now);
    }
    running = null;
  }

  /** Answers whether anything was written. */
  async function tryOnce(): Promise<boolean> {
    const tried = queues.first(batchSize);
    const batch = [...tried.values()].flat();
    const { held, outage, tell } = await writeBatch(context, batch, 'skip');
    context.connection.release();
    tell();
    const left = new Set(held);
    for (const [id, part] of tried) for (const waiting of queues.settle(id, part, left)) giveBack(waiting);
    if (outage !== null) refuse(outage, () => true);
    return held.length < batch.length;
  }

  function refuse(problem: ProblemError, isDue: (waiting: Waiting) => boolean): void {
    for (const waiting of queues.takeDue(isDue)) waiting.reject(problem);
  }

  return {
    size: () => queues.size(),
    has: (conversationId) => queues.has(conversationId),
    add(waiting) {
      queues.add(waiting);
      running ??= run();
    },
    idle: () => running ?? Promise.resolve(),
  };
}
