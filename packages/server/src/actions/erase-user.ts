import { sql, type Kysely, type Transaction } from 'kysely';
import { lockConversations } from '../db/search-columns.ts';
import type { Tables } from '../db/tables.ts';
import { lockTextIndex } from '../db/text-index-lock.ts';
import { transact } from '../db/transact.ts';
import type { Action, Context, HostAsker } from './action.ts';
import { deleteBytes } from './attachments.ts';
import { changedEvents, spread } from './spread.ts';
import { noUser } from './users.ts';

/** Conversations in one transaction: few, since their sends wait for it. */
const batchSize = 100;

/**
 * Erases a person. Name, address and picture go first, so that nothing new can come from them; then, conversation by conversation, what
 * they wrote and attached, from the rows themselves, the heads and the search index. The log keeps its shape: every `seq` and kind
 * stays, and so does the person's seat as a buyer. Done in steps, each whole; the same call again does what is left.
 */
export const deleteUser: Action<'deleteUser', HostAsker> = async (context, _asker, { params }) => {
  const userId = params.id;
  const stores = await eraseIdentity(context, userId);
  context.bus.publish([{ type: 'user.barred', recipients: [userId] }]);
  await spread(context, { buyerId: userId }, false);
  for (const storeId of stores) await spread(context, { storeId }, false);
  const conversationIds = await conversationsOf(context.db, userId);
  for (let start = 0; start < conversationIds.length; start += batchSize) {
    const batch = conversationIds.slice(start, start + batchSize);
    await transact(context.db, (trx) => eraseTexts(trx, userId, batch));
    context.bus.publish(await changedEvents(context.db, batch));
  }
  await eraseAttachments(context, userId);
  return null;
};

/** Answers the stores of which the person was a member. */
function eraseIdentity(context: Context, userId: string): Promise<string[]> {
  return transact(context.db, async (trx) => {
    const erased =
      await sql`update users set name = 'Deleted user', email = null, avatar_url = null, locale = null, time_zone = null,
      role = 'member', email_notifications = false, erased_at = coalesce(erased_at, now()) where id = ${userId}`.execute(
        trx,
      );
    if (erased.numAffectedRows !== 1n) throw noUser(userId);
    // Against the stores' conversations that are made at the same moment: they see that the member is gone, or `spread` sees them.
    await sql`select id from stores where id in (select store_id from store_members where user_id = ${userId})
      order by id for no key update`.execute(trx);
    await sql`with gone as (delete from store_members where user_id = ${userId} returning user_id, store_id)
      insert into former_members (user_id, store_id) select user_id, store_id from gone on conflict do nothing`.execute(
      trx,
    );
    await trx.deleteFrom('blocks').where('user_id', '=', userId).execute();
    await trx.updateTable('reports').set({ text: '' }).where('reporter', '=', userId).execute();
    await trx.updateTable('deliveries').set({ detail: null }).where('user_id', '=', userId).execute();
    await trx
      .updateTable('participants')
      .set({ notify_at: null })
      .where('user_id', '=', userId)
      .where('notify_at', 'is not', null)
      .execute();
    const stores = await trx
      .selectFrom('former_members')
      .select('store_id')
      .where('user_id', '=', userId)
      .execute();
    return stores.map((store) => store.store_id);
  });
}

/** Every conversation in which the person may have written: where they sit, and those of stores that they were ever of. */
async function conversationsOf(db: Kysely<Tables>, userId: string): Promise<string[]> {
  const rows = await sql<{ id: string }>`
    select conversation_id as id from participants where user_id = ${userId}
    union select id from conversations
      where store_id in (select store_id from former_members where user_id = ${userId})
    order by id`.execute(db);
  return rows.rows.map((row) => row.id);
}

async function eraseTexts(
  trx: Transaction<Tables>,
  userId: string,
  conversationIds: string[],
): Promise<void> {
  await lockTextIndex(trx);
  await lockConversations(trx, conversationIds);
  await sql`delete from message_texts t using messages m
    where t.conversation_id = any(${conversationIds}::uuid[]) and m.conversation_id = t.conversation_id
      and m.seq = t.seq and m.author = ${userId}`.execute(trx);
  await sql`update messages set body = '',
      data = case when data ? 'target' then jsonb_build_object('target', data->'target') end,
      redacted_at = case when data ? 'target' then redacted_at
        else coalesce(redacted_at, date_trunc('milliseconds', now())) end
    where conversation_id = any(${conversationIds}::uuid[]) and author = ${userId}`.execute(trx);
  await sql`update conversations set head_text = ''
    where id = any(${conversationIds}::uuid[]) and head_author = ${userId}`.execute(trx);
}

/** Bytes first: once the rows are gone nothing would name what is left of them. */
async function eraseAttachments(context: Context, userId: string): Promise<void> {
  const rows = await context.db
    .selectFrom('attachments')
    .select(['id', 'blob', 'thumbnail'])
    .where('owner_id', '=', userId)
    .execute();
  for (const row of rows) {
    await deleteBytes(context, row);
    await context.db.deleteFrom('attachments').where('id', '=', row.id).execute();
  }
}
