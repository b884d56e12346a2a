import { sql } from 'kysely';
import { unreadKinds } from '../domain/kinds/index.ts';
import type { Action, PersonAsker } from './action.ts';
import { noConversation, requireConversation, seatHolders } from './seats.ts';

/**
 * Moves the asker's read position up, never down, and tells everybody in the conversation when it moved. The conversation is locked
 * first, as the journal does, so that a message that arrives meanwhile is counted once.
 */
export const markRead: Action<'markRead', PersonAsker> = async (context, asker, { params, body }) => {
  const moved = await context.db.transaction().execute(async (trx) => {
    const conversation = await trx
      .selectFrom('conversations')
      .select('last_seq')
      .where('id', '=', params.id)
      .where((is) =>
        is.exists(
          is
            .selectFrom('participants')
            .where('user_id', '=', asker.userId)
            .whereRef('conversation_id', '=', 'conversations.id'),
        ),
      )
      .forShare()
      .executeTakeFirst();
    if (conversation === undefined) throw noConversation();
    const seq = Math.min(body.seq, conversation.last_seq);
    const updated = await sql<{ read_seq: number }>`
      update participants set read_seq = ${seq},
        unread = case when ${seq} = ${conversation.last_seq}::int then 0 else (select count(*) from messages m
          where m.conversation_id = ${params.id} and m.seq > ${seq} and m.kind in (${sql.join(unreadKinds)})
            and m.author is distinct from ${asker.userId}) end,
        notify_at = case when ${seq} = ${conversation.last_seq}::int then null else notify_at end
      where user_id = ${asker.userId} and conversation_id = ${params.id} and read_seq < ${seq}
      returning read_seq`.execute(trx);
    return updated.rows[0]?.read_seq ?? null;
  });
  if (moved !== null) {
    const recipients = await seatHolders(context, params.id);
    context.bus.publish([
      { type: 'conversation.read', recipients, conversationId: params.id, userId: asker.userId, seq: moved },
    ]);
  }
  return requireConversation(context, asker, params.id);
};
