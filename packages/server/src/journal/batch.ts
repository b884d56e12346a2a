import { ProblemError } from '@parley/protocol';
import type { Logger } from 'pino';
import type { Pool, PoolClient } from 'pg';
import type { Bus, BusEvent } from '../bus/bus.ts';
import { sqlState, withRetries } from '../db/transact.ts';
import { isUnreachable } from '../db/unreachable.ts';
import { lockAndRead, type Locks } from './facts.ts';
import type { Appended, Entry } from './journal.ts';
import { planBatch, type Outcome, type Plan } from './plan.ts';
import { writePlan } from './write.ts';

/** What writing a batch needs. */
export interface BatchOptions {
  /** With connections that pipeline a batch takes two round trips. */
  readonly pool: Pool;
  readonly bus: Bus;
  readonly log: Logger;
  /** Seconds that a message may stay unread before its email is due. */
  readonly notifyDelay: number;
  /** Hears of every batch that was committed, for measurements. */
  readonly onBatch?: BatchObserver | undefined;
  /** Called between a commit and its answers. */
  readonly afterCommit?: (() => void) | undefined;
}

/** Hears of a batch: its time and the longest that one of its entries waited for it, in milliseconds, and what came of them. Must not throw. */
export type BatchObserver = (milliseconds: number, outcomes: readonly Outcome[], waited: number) => void;

/** An entry in hand, and whom to answer. */
export interface Waiting {
  readonly entry: Entry;
  readonly since: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/** What came of a batch. Who is not among the held was answered. */
export interface Written {
  /**
   * Those whose conversation somebody else's transaction holds: of a conversation all or none, in their order. What was not tried any more
   * comes first.
   */
  readonly held: readonly Waiting[];
  /** Where the database could not be reached, the problem that says so. */
  readonly outage: ProblemError | null;
}

/**
 * How a batch's transaction begins, by its way with locks: with the milliseconds that each of its statements may wait for one. Batches
 * of other nodes hold theirs for some 10 ms. One that skips waits only for what is neither a conversation nor a seat. Set here, since
 * a setting of the connection does not pass through PgBouncer; it costs some 5 µs.
 */
const begin: Readonly<Record<Locks, string>> = {
  wait: 'begin; set local lock_timeout = 200',
  skip: 'begin; set local lock_timeout = 50',
};

/** PostgreSQL's code for a lock that did not come in time. */
const lockNotAvailable = '55P03';

/** How many parts of a batch may wait for a lock in vain before the rest is not tried: with a table locked, all of them would. */
const vainParts = 3;

/** Milliseconds that the first of some entries has been waiting; 0 where there is none. */
export function waited([first]: readonly Waiting[]): number {
  return first === undefined ? 0 : performance.now() - first.since;
}

/**
 * Writes and answers a batch, but for entries that are held. With `wait` a lock that does not come within 200 ms makes it try again
 * with `skip`.
 */
export async function writeBatch(
  options: BatchOptions,
  batch: readonly Waiting[],
  locks: Locks,
): Promise<Written> {
  const [started, longest] = [performance.now(), waited(batch)];
  let committed: Committed;
  try {
    committed = await withRetries(() => commit(options, batch, locks));
  } catch (error) {
    return recover(options, batch, locks, error);
  }
  const { plan, taken, held } = committed;
  options.afterCommit?.();
  if (taken.length > 0) options.onBatch?.(performance.now() - started, plan.outcomes, longest);
  options.bus.publish(eventsOf(plan));
  taken.forEach((waiting, index) => settle(waiting, plan.outcomes[index]));
  return { held, outage: null };
}

/** What comes of a batch that was rolled back. */
async function recover(
  options: BatchOptions,
  batch: readonly Waiting[],
  locks: Locks,
  error: unknown,
): Promise<Written> {
  if (sqlState(error) === lockNotAvailable) {
    if (locks === 'wait') return writeBatch(options, batch, 'skip');
    // A message that an edit changes, or a table: whose it is shows when each conversation is tried alone.
    const parts = byConversation(batch);
    return parts.length > 1 ? writeParts(options, parts, locks) : { held: batch, outage: null };
  }
  // What one entry made fail must not fail the others: each is tried alone, and only the bad one hears of it.
  if (batch.length > 1 && !isUnreachable(error)) {
    return writeParts(
      options,
      batch.map((waiting) => [waiting]),
      locks,
    );
  }
  const problem = asProblem(options.log, error);
  for (const waiting of batch) waiting.reject(problem);
  return { held: [], outage: isUnreachable(error) ? problem : null };
}

function byConversation(batch: readonly Waiting[]): Waiting[][] {
  const parts = new Map<string, Waiting[]>();
  for (const waiting of batch) {
    const part = parts.get(waiting.entry.conversationId);
    if (part === undefined) parts.set(waiting.entry.conversationId, [waiting]);
    else part.push(waiting);
  }
  return [...parts.values()];
}

/** Writes parts of a batch, each of one conversation. Behind what is held the same conversation's later parts are held too. */
async function writeParts(
  options: BatchOptions,
  parts: readonly (readonly Waiting[])[],
  locks: Locks,
): Promise<Written> {
  const held: Waiting[] = [];
  const untried: Waiting[] = [];
  const heldIds = new Set<string>();
  for (const part of parts) {
    const id = part[0]?.entry.conversationId ?? '';
    if (heldIds.has(id)) held.push(...part);
    else if (heldIds.size >= vainParts) untried.push(...part);
    else {
      const left = (await writeBatch(options, part, locks)).held;
      held.push(...left);
      if (left.length > 0) heldIds.add(id);
    }
  }
  return { held: [...untried, ...held], outage: null };
}

function settle(waiting: Waiting, outcome: Outcome | undefined): void {
  if (outcome === undefined) waiting.reject(new Error('The journal decided nothing of an entry'));
  else if ('problem' in outcome) waiting.reject(outcome.problem);
  else waiting.resolve(outcome.appended);
}

interface Committed {
  readonly plan: Plan;
  /** The plan's entries. */
  readonly taken: readonly Waiting[];
  readonly held: readonly Waiting[];
}

async function commit(options: BatchOptions, batch: readonly Waiting[], locks: Locks): Promise<Committed> {
  const client = await options.pool.connect();
  try {
    const entries = batch.map((waiting) => waiting.entry);
    const [, facts] = await Promise.all([client.query(begin[locks]), lockAndRead(client, entries, locks)]);
    const isHeld = ({ entry }: Waiting): boolean => facts.held.has(entry.conversationId);
    const taken = facts.held.size === 0 ? batch : batch.filter((waiting) => !isHeld(waiting));
    const held = facts.held.size === 0 ? [] : batch.filter(isHeld);
    const plan = planBatch(
      taken.map((waiting) => waiting.entry),
      facts,
    );
    await Promise.all([writePlan(client, plan, options.notifyDelay), client.query('commit')]);
    client.release();
    return { plan, taken, held };
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
    return notStored();
  }
  log.error({ err: error }, 'the journal could not write an entry');
  return new ProblemError('internal', 'The message could not be stored.');
}

/** 503: the database is away, or somebody holds the conversation. */
export function notStored(): ProblemError {
  return new ProblemError(
    'unavailable',
    'The message could not be stored right now; send it again with the same clientId.',
    { retryAfter: 2 },
  );
}
