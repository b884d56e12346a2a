import { sql, type Kysely } from 'kysely';
import type { Tables } from '../db/tables.ts';
import { unreadKinds } from '../domain/kinds/index.ts';
import type { Action, PersonAsker } from './action.ts';
import { requireConversation, seatHolders } from './seats.ts';
import { createTurns } from './turns.ts';

/** Where a stranger's transaction holds seats, reading them takes some of the connections, and not all. */
const reading = createTurns(4);

/** Moves the asker's read position up, never down, and tells everybody in the conversation when it moved. */
export const markRead: Action<'markRead', PersonAsker> = async (context, asker, { params, body }) => {
  const moved = await reading.take(() => moveUp(context.db, asker.userId, params.id, body.seq));
  if (moved !== null) {
    const recipients = await seatHolders(context, params.id);
    context.bus.publish([
      { type: 'conversation.read', recipients, conversationId: params.id, userId: asker.userId, seq: moved },
    ]);
  }
  return requireConversation(context, asker, params.id);
};

/**
 * Answers the new position, or null where it did not move. One statement, and the seat is all that it locks, so that the journal hardly
 * waits for it: what was read is taken off the count, whatever was added to it meanwhile. All that is read here can be seen by the
 * statement, since the conversation that it sees has come so far.
 */
async function moveUp(db: Kysely<Tables>, userId: string, id: string, seq: number): Promise<number | null> {
  const { rows } = await sql<{ read_seq: number }>`update participants p set read_seq = c.seq,
      (unread, notify_at) = (select greatest(p.unread - n.read, 0), case when p.unread > n.read then p.notify_at end
        from (select count(*)::int as read from messages m where m.conversation_id = p.conversation_id
          and m.seq > p.read_seq and m.seq <= c.seq and m.kind in (${sql.join(unreadKinds)})
          and m.author is distinct from p.user_id) n)
    from (select id, least(${seq}::int, last_seq) as seq from conversations where id = ${id}::uuid) c
    where p.user_id = ${userId} and p.conversation_id = c.id and p.read_seq < c.seq
    returning p.read_seq`.execute(db);
  return rows[0]?.read_seq ?? null;
}
