import { setTimeout as sleep } from 'node:timers/promises';
import type { ProblemError } from '@parley/protocol';
import { notStored, writeBatch, type BatchContext, type Waiting } from './batch.ts';

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
  const queues = new Map<string, Waiting[]>();
  let size = 0;
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (size > 0) {
      if (!(await tryOnce())) await sleep(pause);
      const now = performance.now();
      refuse(notStored(), ({ until }) => until < now);
    }
    running = null;
  }

  /** Answers whether anything was written. */
  async function tryOnce(): Promise<boolean> {
    const tried = nextParts();
    const batch = [...tried.values()].flat();
    const { held, outage, tell } = await writeBatch(context, batch, 'skip');
    context.connection.release();
    tell();
    const left = new Set(held);
    for (const [id, part] of tried) settle(id, part, left);
    if (outage !== null) refuse(outage, () => true);
    return held.length < batch.length;
  }

  /** The first of each conversation, as many as a batch takes. They stay in their queues until they are answered. */
  function nextParts(): Map<string, readonly Waiting[]> {
    const parts = new Map<string, readonly Waiting[]>();
    let room = batchSize;
    for (const [id, queue] of queues) {
      if (room > 0 && queue.length > 0) parts.set(id, queue.slice(0, room));
      room -= Math.min(room, queue.length);
    }
    return parts;
  }

  /** What becomes of a conversation after a try. Where it is still held it goes behind the others, which thus have their turn. */
  function settle(id: string, part: readonly Waiting[], held: ReadonlySet<Waiting>): void {
    const answered = part.filter((waiting) => !held.has(waiting)).length;
    const left = (queues.get(id) ?? []).slice(answered);
    queues.delete(id);
    size -= answered;
    if (answered < part.length) {
      queues.set(id, left);
      return;
    }
    size -= left.length;
    for (const waiting of left) giveBack(waiting);
  }

  function refuse(problem: ProblemError, isDue: (waiting: Waiting) => boolean): void {
    for (const [id, queue] of queues) {
      const due = queue.filter(isDue);
      if (due.length === 0) continue;
      const left = queue.filter((held) => !isDue(held));
      size -= due.length;
      if (left.length > 0 || queues.size <= maxKnown) queues.set(id, left);
      else queues.delete(id);
      for (const waiting of due) waiting.reject(problem);
    }
  }

  return {
    size: () => size,
    has: (conversationId) => queues.has(conversationId),
    add(waiting) {
      const id = waiting.entry.conversationId;
      const queue = queues.get(id);
      if (queue === undefined) queues.set(id, [waiting]);
      else queue.push(waiting);
      size += 1;
      running ??= run();
    },
    idle: () => running ?? Promise.resolve(),
  };
}
