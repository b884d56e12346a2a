import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { transact } from '../db/transact.ts';
import { cleanLine, cleanNote } from '../domain/fields.ts';
import { invalid } from '../domain/invalid.ts';
import type { Action, PersonAsker } from './action.ts';
import { noConversation } from './seats.ts';

/**
 * Tells the moderators of a conversation, or of one message in it. The same person's report of the same thing within a day is the first
 * one again. The conversation is locked meanwhile, in the journal's order, so that two clicks at once are one report.
 */
export const reportConversation: Action<'reportConversation', PersonAsker> = (context, asker, { body }) => {
  const reason = cleanLine(body.reason, '/reason');
  const text = cleanNote(body.text ?? '', '/text');
  const seq = body.seq ?? null;
  return transact(context.db, async (trx) => {
    const seat = await sql<{ found: boolean }>`select ${seq}::int is null or exists (select 1 from messages m
        where m.conversation_id = p.conversation_id and m.seq = ${seq}::int) as found
      from participants p join conversations c on c.id = p.conversation_id
      where p.user_id = ${asker.userId} and p.conversation_id = ${body.conversationId}::uuid
      for no key update of c`.execute(trx);
    const found = seat.rows[0]?.found;
    if (found === undefined) throw noConversation();
    if (!found) throw invalid({ pointer: '/seq', detail: `There is no message ${seq ?? ''} in it.` });
    const earlier = await sql<{ id: string }>`select id from reports
      where conversation_id = ${body.conversationId}::uuid and reporter = ${asker.userId}
        and seq is not distinct from ${seq}::int and created_at > now() - interval '1 day'
      order by created_at limit 1`.execute(trx);
    const known = earlier.rows[0];
    if (known !== undefined) return { id: known.id };
    const id = uuidv7();
    await trx
      .insertInto('reports')
      .values({
        id,
        conversation_id: body.conversationId,
        seq,
        reporter: asker.userId,
        reason,
        text,
        created_at: new Date(),
      })
      .execute();
    await sql`update conversations set reported = true
      where id = ${body.conversationId}::uuid and not reported`.execute(trx);
    return { id };
  });
};
