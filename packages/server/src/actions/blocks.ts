import { ProblemError } from '@parley/protocol';
import { sql, type Kysely } from 'kysely';
import type { Tables } from '../db/tables.ts';
import { whyNotBlock } from '../domain/blocking.ts';
import { invalid } from '../domain/invalid.ts';
import type { Action, Context, PersonAsker } from './action.ts';
import { changedEvents } from './spread.ts';

/** The asker hears no more from a person or a store: their next send is refused, and says so. Blocking twice is blocking once. */
export const putBlock: Action<'putBlock', PersonAsker> = async (context, asker, { params }) => {
  const facts = await readTarget(context.db, asker.userId, params.id);
  const why = whyNotBlock({ asker: asker.userId, target: params.id, ...facts });
  if (why?.code === 'invalid') throw invalid({ pointer: 'id', detail: why.detail });
  if (why !== null) throw new ProblemError(why.code, why.detail);
  const made = await context.db
    .insertInto('blocks')
    .values({ user_id: asker.userId, target_id: params.id, created_at: new Date() })
    .onConflict((conflict) => conflict.doNothing())
    .returning('target_id')
    .executeTakeFirst();
  if (made !== undefined) await tell(context, asker.userId, params.id);
  return null;
};

/** The asker hears from them again. Without a block this changes nothing. */
export const deleteBlock: Action<'deleteBlock', PersonAsker> = async (context, asker, { params }) => {
  const gone = await context.db
    .deleteFrom('blocks')
    .where('user_id', '=', asker.userId)
    .where('target_id', '=', params.id)
    .returning('target_id')
    .executeTakeFirst();
  if (gone !== undefined) await tell(context, asker.userId, params.id);
  return null;
};

export const listBlocks: Action<'listBlocks', PersonAsker> = async (context, asker) => {
  const rows = await context.db
    .selectFrom('blocks')
    .select(['target_id', 'created_at'])
    .where('user_id', '=', asker.userId)
    .orderBy('created_at', 'desc')
    .orderBy('target_id')
    .execute();
  return { items: rows.map((row) => ({ id: row.target_id, createdAt: row.created_at.toISOString() })) };
};

async function readTarget(
  db: Kysely<Tables>,
  userId: string,
  targetId: string,
): Promise<{ exists: boolean; ownSide: boolean }> {
  const rows = await sql<{ exists: boolean; ownSide: boolean }>`select
    exists (select 1 from users where id = ${targetId}) or exists (select 1 from stores where id = ${targetId}) as "exists",
    exists (select 1 from store_members where store_id = ${targetId} and user_id = ${userId})
      or exists (select 1 from store_members a join store_members b using (store_id)
        where a.user_id = ${userId} and b.user_id = ${targetId}) as "ownSide"`.execute(db);
  return rows.rows[0] ?? { exists: false, ownSide: false };
}

/** Conversations between the asker and the other: as its buyer with that store or one of its people, as the store's with that buyer. */
async function affected(db: Kysely<Tables>, userId: string, targetId: string): Promise<string[]> {
  const rows = await sql<{
    id: string;
  }>`select c.id from participants p join conversations c on c.id = p.conversation_id
    where p.user_id = ${userId} and (
      (p.side = 'store' and c.buyer_id = ${targetId})
      or (p.side = 'buyer' and (c.store_id = ${targetId} or exists (select 1 from participants o
        where o.conversation_id = c.id and o.user_id = ${targetId} and o.side = 'store'))))`.execute(db);
  return rows.rows.map((row) => row.id);
}

async function tell(context: Context, userId: string, targetId: string): Promise<void> {
  const conversationIds = await affected(context.db, userId, targetId);
  context.bus.publish(await changedEvents(context.db, conversationIds));
}
