import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A seat, and how far its person has read. */
export interface ReadSeat {
  readonly userId: string;
  readonly readSeq: number;
}

/** The seats of each of these conversations. */
export async function loadReadSeats(
  db: Kysely<Tables>,
  conversationIds: readonly string[],
): Promise<Map<string, ReadSeat[]>> {
  const seats = new Map<string, ReadSeat[]>(conversationIds.map((id) => [id, []]));
  if (conversationIds.length === 0) return seats;
  const rows = await db
    .selectFrom('participants')
    .select(['conversation_id', 'user_id', 'read_seq'])
    .where('conversation_id', 'in', [...seats.keys()])
    .execute();
  for (const row of rows)
    seats.get(row.conversation_id)?.push({ userId: row.user_id, readSeq: row.read_seq });
  return seats;
}

/** Who sits in each of these conversations. */
export async function loadSeatHolders(
  db: Kysely<Tables>,
  conversationIds: readonly string[],
): Promise<Map<string, string[]>> {
  const seats = await loadReadSeats(db, conversationIds);
  return new Map([...seats].map(([id, holders]) => [id, holders.map(({ userId }) => userId)]));
}
