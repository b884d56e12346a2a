import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Who sits in each of these conversations. */
export async function loadSeatHolders(
  db: Kysely<Tables>,
  conversationIds: readonly string[],
): Promise<Map<string, string[]>> {
  const holders = new Map<string, string[]>(conversationIds.map((id) => [id, []]));
  if (conversationIds.length === 0) return holders;
  const rows = await db
    .selectFrom('participants')
    .select(['conversation_id', 'user_id'])
    .where('conversation_id', 'in', [...holders.keys()])
    .execute();
  for (const row of rows) holders.get(row.conversation_id)?.push(row.user_id);
  return holders;
}
