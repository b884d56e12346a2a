import { sql, type Kysely, type RawBuilder } from 'kysely';
import { kinds } from '../domain/kinds/index.ts';
import type { Tables } from './tables.ts';

const askingKinds = Object.values(kinds)
  .filter((kind) => kind.asksForReply)
  .map((kind) => kind.kind);

/** A store's conversations in which a member has no seat, or somebody sits who is no member, as SQL that selects ids. */
export function staleSeats(storeId: string): RawBuilder<{ id: string }> {
  return sql`select c.id from conversations c where c.store_id = ${storeId} and (
    exists (select 1 from store_members sm where sm.store_id = c.store_id
      and not exists (select 1 from participants p where p.conversation_id = c.id and p.user_id = sm.user_id))
    or exists (select 1 from participants p where p.conversation_id = c.id and p.side = 'store'
      and not exists (select 1 from store_members sm where sm.store_id = c.store_id and sm.user_id = p.user_id)))`;
}

/**
 * Gives every member of the store a seat in conversations that are locked already, and takes the seats of those who are members no
 * more. A new seat has read everything and owes an answer where the others do. Who sits there as the buyer or a moderator keeps that side.
 */
export async function reconcileSeats(trx: Kysely<Tables>, conversationIds: readonly string[]): Promise<void> {
  await sql`insert into participants (user_id, conversation_id, side, read_seq, needs_reply, last_at, notified_seq)
    select sm.user_id, c.id, 'store', c.last_seq, coalesce(
        (select bool_or(p.needs_reply) from participants p where p.conversation_id = c.id and p.side = 'store'),
        (select m.side = 'buyer' from messages m where m.conversation_id = c.id
          and m.kind = any(${askingKinds}) order by m.seq desc limit 1), false), c.last_at, c.last_seq
    from conversations c join store_members sm on sm.store_id = c.store_id
    where c.id = any(${conversationIds}::uuid[])
    on conflict do nothing`.execute(trx);
  await sql`delete from participants p using conversations c
    where c.id = any(${conversationIds}::uuid[]) and p.conversation_id = c.id and p.side = 'store'
      and not exists (select 1 from store_members sm where sm.store_id = c.store_id and sm.user_id = p.user_id)`.execute(
    trx,
  );
}
