import { ProblemError } from '@parley/protocol';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { Bus, BusEvent } from '../bus/bus.ts';
import { sqlState, withRetries } from '../db/transact.ts';
import { isUnreachable, lockNotAvailable } from '../db/unreachable.ts';
import { commitBatch, type CommitContext, type Committed, type Way } from './commit.ts';
import type { Locks } from './facts.ts';
import type { Appended, Entry } from './journal.ts';
import type { Outcome, Plan } from './plan.ts';

/** What writing a batch needs. */
export interface BatchOptions {
  /** With connections that pipeline a batch takes one round trip, or two. */
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

/** A batch that was committed, for measurements. */
export interface BatchSeen {
  readonly milliseconds: number;
  /** The longest that one of its entries waited for it; milliseconds. */
  readonly waited: number;
  readonly outcomes: readonly Outcome[];
  readonly way: Way;
}

/** Hears of a batch. Must not throw. */
export type BatchObserver = (batch: BatchSeen) => void;

/** What the batches of one lane, one after the other, are written with. */
export interface BatchContext extends BatchOptions, CommitContext {}

/** An entry in hand, and whom to answer. */
export interface Waiting {
  readonly entry: Entry;
  /** Since when it waits for its lane. */
  readonly since: number;
  /** When it is not kept waiting for somebody else's lock any more, however often that comes and goes. */
  readonly until: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/** What came of a batch. */
export interface Written {
  /**
   * Those whose conversation somebody else's transaction holds: of a conversation the last ones, in their order. What was not tried any more
   * comes first.
   */
  readonly held: readonly Waiting[];
  /** Where the database could not be reached, the problem that says so. */
  readonly outage: ProblemError | null;
  /** Tells the participants, and answers those who are not held and were not refused already. */
  readonly tell: () => void;
}

const nothing = (): void => undefined;

/** How many parts of a batch may wait for a lock in vain before the rest is not tried: with a table locked, all of them would. */
const vainParts = 3;

/** Milliseconds that the first of some entries has been waiting; 0 where there is none. */
export function waited([first]: readonly Waiting[]): number {
  return first === undefined ? 0 : performance.now() - first.since;
}

/**
 * Writes a batch, but for entries that are held; `tell` then answers it. With `wait` a lock that does not come within 200 ms makes it try
 * again with `skip`.
 */
export async function writeBatch(
  context: BatchContext,
  batch: readonly Waiting[],
  locks: Locks,
): Promise<Written> {
  const [started, longest] = [performance.now(), waited(batch)];
  let committed: Committed;
  try {
    const entries = batch.map((waiting) => waiting.entry);
    committed = await withRetries(() => commitBatch(context, entries, locks));
  } catch (error) {
    return recover(context, batch, locks, error);
  }
  const { plan, way } = committed;
  const { outcomes } = plan;
  const isHeld = ({ entry }: Waiting): boolean => committed.held.has(entry.conversationId);
  context.afterCommit?.();
  if (outcomes.length > 0)
    context.onBatch?.({ milliseconds: performance.now() - started, outcomes, waited: longest, way });
  return {
    held: batch.filter(isHeld),
    outage: null,
    tell: () => {
      context.bus.publish(eventsOf(plan));
      batch
        .filter((waiting) => !isHeld(waiting))
        .forEach((waiting, index) => settle(waiting, outcomes[index]));
    },
  };
}

/** What comes of a batch that was rolled back. */
async function recover(
  context: BatchContext,
  batch: readonly Waiting[],
  locks: Locks,
  error: unknown,
): Promise<Written> {
  if (sqlState(error) === lockNotAvailable) {
    if (locks === 'wait') return writeBatch(context, batch, 'skip');
    // A message that an edit changes, or a table: whose it is shows when each conversation is tried alone.
    const parts = byConversation(batch);
    return parts.length > 1
      ? writeParts(context, parts, locks)
      : { held: batch, outage: null, tell: nothing };
  }
  // What one entry made fail must not fail the others: each is tried alone, and only the bad one hears of it.
  if (batch.length > 1 && !isUnreachable(error)) {
    return writeParts(
      context,
      batch.map((waiting) => [waiting]),
      locks,
    );
  }
  const problem = asProblem(context.log, error);
  reject(batch, problem);
  return { held: [], outage: isUnreachable(error) ? problem : null, tell: nothing };
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
  context: BatchContext,
  parts: readonly (readonly Waiting[])[],
  locks: Locks,
): Promise<Written> {
  const held: Waiting[] = [];
  const untried: Waiting[] = [];
  const heldIds = new Set<string>();
  let outage: ProblemError | null = null;
  for (const part of parts) {
    const id = part[0]?.entry.conversationId ?? '';
    // Each further part would wait in vain for as long.
    if (outage !== null) reject(part, outage);
    else if (heldIds.has(id)) held.push(...part);
    else if (heldIds.size >= vainParts) untried.push(...part);
    else {
      const written = await writeBatch(context, part, locks);
      written.tell();
      held.push(...written.held);
      if (written.held.length > 0) heldIds.add(id);
      ({ outage } = written);
    }
  }
  const left = [...untried, ...held];
  if (outage === null) return { held: left, outage, tell: nothing };
  reject(left, outage);
  return { held: [], outage, tell: nothing };
}

function reject(batch: readonly Waiting[], problem: ProblemError): void {
  for (const waiting of batch) waiting.reject(problem);
}

function settle(waiting: Waiting, outcome: Outcome | undefined): void {
  if (outcome === undefined) waiting.reject(new Error('The journal decided nothing of an entry'));
  else if ('problem' in outcome) waiting.reject(outcome.problem);
  else waiting.resolve(outcome.appended);
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
