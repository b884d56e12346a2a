import { ProblemError, type Conversation } from '@parley/protocol';
import { sql } from 'kysely';
import { loadConversation } from '../db/conversations.ts';
import { loadSeatHolders } from '../db/seat-holders.ts';
import { planOnce } from '../db/plan-once.ts';
import type { Context, PersonAsker } from './action.ts';

/** The conversation as the asker sees it; without a seat it does not exist for them. */
export async function requireConversation(
  context: Context,
  asker: PersonAsker,
  id: string,
): Promise<Conversation> {
  const conversation = await loadConversation(context.db, asker.userId, id);
  if (conversation === null) throw noConversation();
  return conversation;
}

/** Throws unless the asker has a seat in the conversation. */
export async function requireSeat(
  context: Context,
  asker: PersonAsker,
  conversationId: string,
): Promise<void> {
  const { rows } = await sql`${planOnce}select side from participants
    where user_id = ${asker.userId} and conversation_id = ${conversationId}::uuid`.execute(context.db);
  if (rows.length === 0) throw noConversation();
}

/** Everybody with a seat in a conversation. */
export async function seatHolders(context: Context, conversationId: string): Promise<string[]> {
  const id = conversationId.toLowerCase();
  return (await loadSeatHolders(context.db, [id])).get(id) ?? [];
}

/** What somebody without a seat is told, whether there is such a conversation or not. */
export function noConversation(): ProblemError {
  return new ProblemError('not-found', 'There is no such conversation.');
}
