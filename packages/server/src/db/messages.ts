import { sql, type Kysely } from 'kysely';
import type { MessageRow, Tables } from './tables.ts';

/** A message with its author's name as it is now; '' for the system. */
export type NamedMessage = MessageRow & { readonly author_name: string };

export interface MessageRange {
  readonly conversationId: string;
  /** Exclusive. */
  readonly before?: number | undefined;
  /** Exclusive. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** Messages in ascending `seq`: those just before `before`, just after `after`, or the newest. */
export async function loadMessages(db: Kysely<Tables>, range: MessageRange): Promise<NamedMessage[]> {
  const forward = range.after !== undefined;
  const rows = await db
    .selectFrom('messages as m')
    .leftJoin('users as u', 'u.id', 'm.author')
    .selectAll('m')
    .select(sql<string>`coalesce(u.name, '')`.as('author_name'))
    .where('m.conversation_id', '=', range.conversationId)
    .$if(range.before !== undefined, (query) => query.where('m.seq', '<', range.before ?? 0))
    .$if(forward, (query) => query.where('m.seq', '>', range.after ?? 0))
    .orderBy('m.seq', forward ? 'asc' : 'desc')
    .limit(range.limit)
    .execute();
  return forward ? rows : rows.reverse();
}

/** One message, or null. */
export async function loadMessage(
  db: Kysely<Tables>,
  conversationId: string,
  seq: number,
): Promise<NamedMessage | null> {
  const rows = await loadMessages(db, { conversationId, after: seq - 1, limit: 1 });
  const row = rows[0];
  return row?.seq === seq ? row : null;
}
