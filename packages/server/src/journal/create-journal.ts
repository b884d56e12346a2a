import { availableParallelism } from 'node:os';
import { ProblemError } from '@parley/protocol';
import type { Logger } from 'pino';
import type { Pool, PoolClient } from 'pg';
import type { Bus, BusEvent } from '../bus/bus.ts';
import { withRetries } from '../db/transact.ts';
import { isUnreachable } from '../db/unreachable.ts';
import { lockAndRead } from './facts.ts';
import type { Appended, Entry, Journal } from './journal.ts';
import { planBatch, type Outcome, type Plan } from './plan.ts';
import { writePlan } from './write.ts';

export interface JournalOptions {
  /** With connections that pipeline a batch takes two round trips. */
  readonly pool: Pool;
  readonly bus: Bus;
  readonly log: Logger;
  /** Seconds that a message may stay unread before its email is due. */
  readonly notifyDelay: number;
  /** Entries in one commit. */
  readonly batchSize?: number;
  /** Commits in flight: each conversation belongs to one of so many lanes, so that its entries keep their order. */
  readonly lanes?: number;
  /** Entries that may wait; more are refused with 503 before they are accepted. */
  readonly maxWaiting?: number;
  /** Milliseconds that entries may wait for their batch; where the oldest has waited longer, its lane refuses more likewise. */
  readonly maxWait?: number;
  /** Hears of every batch that was committed, for measurements. */
  readonly onBatch?: BatchObserver | undefined;
  /** Called between a commit and its answers. */
  readonly afterCommit?: (() => void) | undefined;
}

/** Hears of a batch: its time and the longest that one of its entries waited for it, in milliseconds, and what came of them. Must not throw. */
export type BatchObserver = (milliseconds: number, outcomes: readonly Outcome[], waited: number) => void;

/**
 * How many lanes a journal has, unless said: so many connections it needs. Two commits in flight keep two of PostgreSQL's cores at work;
 * where it has hardly one to itself, one lane's larger batches cost 11% less CPU a message.
 */
export const defaultLanes = availableParallelism() > 2 ? 2 : 1;

/** Milliseconds that an entry may have waited when the database turns out to be away, to be tried again all the same. */
const patience = 1_000;

interface Waiting {
  readonly entry: Entry;
  readonly since: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Starts a journal. There is no timer in it: an entry that finds its lane idle is written at once; a batch forms only while a commit
 * is in flight, so under load the cost of fsync is shared.
 */
export function createJournal(options: JournalOptions): Journal {
  const { lanes: count = defaultLanes, maxWaiting = 10_000, maxWait = 3_000 } = options;
  const lanes = Array.from({ length: count }, () => createLane(options));
  const waiting = (): number => lanes.reduce((sum, lane) => sum + lane.size(), 0);
  let closed = false;

  return {
    waiting,
    append(entry) {
      if (closed || waiting() >= maxWaiting) return Promise.reject(tooMuch());
      // PostgreSQL answers UUIDs in lower case, and callers may write them as they like.
      const conversationId = entry.conversationId.toLowerCase();
      const lane = lanes[laneOf(conversationId, count)];
      if (lane === undefined || lane.waitedFor() > maxWait) return Promise.reject(tooMuch());
      return new Promise((resolve, reject) => {
        lane.add({ entry: { ...entry, conversationId }, since: performance.now(), resolve, reject });
      });
    },
    async close() {
      closed = true;
      await Promise.all(lanes.map((lane) => lane.idle()));
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

interface Lane {
  size(): number;
  /** Milliseconds that the oldest entry has been waiting. */
  waitedFor(): number;
  add(waiting: Waiting): void;
  idle(): Promise<void>;
}

/** One commit after the other; what is added meanwhile goes into the next. */
function createLane(options: JournalOptions): Lane {
  const batchSize = options.batchSize ?? 256;
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize);
      waiting = waiting.slice(batchSize);
      const outage = await writeBatch(options, batch);
      if (outage !== null) refuseLate(outage);
    }
    running = null;
  }

  /** Each try to reach a database that is away takes seconds: who has waited through one is not kept for another. */
  function refuseLate(outage: ProblemError): void {
    const tooLong = performance.now() - patience;
    const late = waiting.filter((one) => one.since < tooLong);
    waiting = waiting.filter((one) => one.since >= tooLong);
    for (const one of late) one.reject(outage);
  }

  return {
    size: () => waiting.length,
    waitedFor: () => waited(waiting),
    add(entry) {
      waiting.push(entry);
      running ??= run();
    },
    idle: () => running ?? Promise.resolve(),
  };
}

/** Milliseconds that the first of some entries has been waiting; 0 where there is none. */
function waited([first]: readonly Waiting[]): number {
  return first === undefined ? 0 : performance.now() - first.since;
}

/** Writes and answers a batch; where the database could not be reached, the problem that says so, else null. */
async function writeBatch(options: JournalOptions, batch: readonly Waiting[]): Promise<ProblemError | null> {
  const [started, longest] = [performance.now(), waited(batch)];
  let plan: Plan;
  try {
    plan = await withRetries(() => commit(options, batch));
  } catch (error) {
    // What one entry made fail must not fail the others: each is tried alone, and only the bad one hears of it.
    if (batch.length > 1 && !isUnreachable(error)) {
      for (const waiting of batch) await writeBatch(options, [waiting]);
      return null;
    }
    const problem = asProblem(options.log, error);
    for (const waiting of batch) waiting.reject(problem);
    return isUnreachable(error) ? problem : null;
  }
  options.afterCommit?.();
  options.onBatch?.(performance.now() - started, plan.outcomes, longest);
  options.bus.publish(eventsOf(plan));
  batch.forEach((waiting, index) => settle(waiting, plan.outcomes[index]));
  return null;
}

function settle(waiting: Waiting, outcome: Outcome | undefined): void {
  if (outcome === undefined) waiting.reject(new Error('The journal decided nothing of an entry'));
  else if ('problem' in outcome) waiting.reject(outcome.problem);
  else waiting.resolve(outcome.appended);
}

async function commit(options: JournalOptions, batch: readonly Waiting[]): Promise<Plan> {
  const client = await options.pool.connect();
  try {
    const entries = batch.map((waiting) => waiting.entry);
    const [, facts] = await Promise.all([client.query('begin'), lockAndRead(client, entries)]);
    const plan = planBatch(entries, facts);
    await Promise.all([writePlan(client, plan, options.notifyDelay), client.query('commit')]);
    client.release();
    return plan;
  } catch (error) {
    await abandon(client);
    throw error;
  }
}

/** A connection that cannot even roll back is not given back to the pool. */
async function abandon(client: PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch (error) {
    client.release(error instanceof Error ? error : true);
  }
}

/** What participants are told of a plan. Of a first message they hear that there is a conversation at all. */
function eventsOf(plan: Plan): BusEvent[] {
  const recipients = new Map<string, string[]>();
  for (const seat of plan.seats.values()) {
    const known = recipients.get(seat.conversationId);
    if (known === undefined) recipients.set(seat.conversationId, [seat.userId]);
    else known.push(seat.userId);
  }
  return plan.outcomes.flatMap((outcome): BusEvent[] => {
    if ('problem' in outcome || outcome.appended.repeated) return [];
    const { message, authorName } = outcome.appended;
    const conversationId = message.conversation_id;
    const to = recipients.get(conversationId) ?? [];
    const sent: BusEvent = { type: 'message.sent', recipients: to, message, authorName };
    return message.seq === 1
      ? [{ type: 'conversation.changed', recipients: to, conversationId }, sent]
      : [sent];
  });
}

function asProblem(log: Logger, error: unknown): ProblemError {
  if (isUnreachable(error)) {
    log.error({ err: error }, 'the journal cannot reach the database');
    return new ProblemError(
      'unavailable',
      'The message could not be stored right now; send it again with the same clientId.',
      { retryAfter: 2 },
    );
  }
  log.error({ err: error }, 'the journal could not write an entry');
  return new ProblemError('internal', 'The message could not be stored.');
}
