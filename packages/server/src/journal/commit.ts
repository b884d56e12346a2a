import type { PoolClient } from 'pg';
import { sqlState, uniqueViolation } from '../db/transact.ts';
import { lockAndRead, lockConversations, type Locks } from './facts.ts';
import type { KeptConnection } from './connection.ts';
import type { Entry } from './journal.ts';
import type { Memory } from './memory.ts';
import { planBatch, type Plan } from './plan.ts';
import { writePlan, writeRecalled } from './write.ts';

/** What a batch is committed with. */
export interface CommitContext {
  readonly connection: KeptConnection;
  readonly memory: Memory;
  /** Seconds that a message may stay unread before its email is due. */
  readonly notifyDelay: number;
}

/** How a batch came to its plan: from memory; from what was read; or from what was read, since memory was wrong. */
export type Way = 'recalled' | 'read' | 'corrected';

export interface Committed {
  readonly plan: Plan;
  /** Conversations that were left out, since somebody else's transaction holds them; the plan is of the other entries. */
  readonly held: ReadonlySet<string>;
  readonly way: Way;
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

/**
 * Commits what may be written of some entries. From memory it takes one round trip, so the database never waits in the middle of a batch
 * for a process that is busy with others (20% more messages a second); or else two: what there is, and what becomes of it.
 */
export function commitBatch(
  context: CommitContext,
  entries: readonly Entry[],
  locks: Locks,
): Promise<Committed> {
  return context.connection.run(async (client) => {
    const plan = locks === 'wait' ? await commitRecalled(context, client, entries) : 'unknown';
    if (typeof plan === 'object') return { plan, held: new Set(), way: 'recalled' };
    const read = await commitRead(context, client, entries, locks);
    return { ...read, way: plan === 'wrong' ? 'corrected' : 'read' };
  });
}

/** `unknown` where memory does not have it all, `wrong` where something is otherwise: then nothing was written. */
async function commitRecalled(
  { memory, notifyDelay }: CommitContext,
  client: PoolClient,
  entries: readonly Entry[],
): Promise<Plan | 'unknown' | 'wrong'> {
  const facts = memory.recall(entries);
  if (facts === null) return 'unknown';
  const plan = planBatch(entries, facts);
  // A refusal is not given upon memory alone.
  if (plan.outcomes.some((outcome) => 'problem' in outcome)) return 'unknown';
  try {
    const [, , at] = await Promise.all([
      client.query(begin.wait),
      lockConversations(client, [...plan.heads.keys()]),
      writeRecalled(client, plan, facts, notifyDelay),
      client.query('commit'),
    ]);
    if (at === null) {
      memory.forget(entries);
      return 'wrong';
    }
    for (const message of plan.messages) message.created_at = at;
    memory.learn(facts, plan);
    return plan;
  } catch (error) {
    // A `clientId` of long ago, or of another node.
    if (sqlState(error) === uniqueViolation) return 'wrong';
    throw error;
  }
}

async function commitRead(
  { memory, notifyDelay }: CommitContext,
  client: PoolClient,
  entries: readonly Entry[],
  locks: Locks,
): Promise<Omit<Committed, 'way'>> {
  const [, facts] = await Promise.all([client.query(begin[locks]), lockAndRead(client, entries, locks)]);
  const { held } = facts;
  const taken = held.size === 0 ? entries : entries.filter(({ conversationId }) => !held.has(conversationId));
  const plan = planBatch(taken, facts);
  await Promise.all([writePlan(client, plan, notifyDelay), client.query('commit')]);
  memory.learn(facts, plan);
  return { plan, held };
}
