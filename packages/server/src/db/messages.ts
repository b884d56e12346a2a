import { sql, type Kysely } from 'kysely';
import { planOnce } from './plan-once.ts';
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

/** What a `NamedMessage` consists of, from `messages m` and its author `users u`. */
export const namedColumns = sql`m.conversation_id, m.seq, m.kind, m.author, m.side, m.body, m.data, m.client_id, m.created_at, m.edited_at,
  m.redacted_at, coalesce(u.name, '') as author_name`;

/** Messages in ascending `seq`: those just before `before`, just after `after`, or the newest. */
export async function loadMessages(db: Kysely<Tables>, range: MessageRange): Promise<NamedMessage[]> {
  const { conversationId, before, after, limit } = range;
  const { rows } = await sql<NamedMessage>`${planOnce}select ${namedColumns}
    from messages m left join users u on u.id = m.author
    where m.conversation_id = ${conversationId}::uuid
      ${before === undefined ? sql`` : sql`and m.seq < ${before}::int`} ${after === undefined ? sql`` : sql`and m.seq > ${after}::int`}
    order by m.seq ${after === undefined ? sql`desc` : sql`asc`} limit ${limit}`.execute(db);
  return after === undefined ? rows.reverse() : rows;
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
