import { limits, type AuditItem } from '@parley/protocol';
import { sql, type Selectable } from 'kysely';
import { decodeCursor, encodeCursor } from '../db/cursor.ts';
import type { AuditTable } from '../db/tables.ts';
import { requireModerator } from '../domain/moderation.ts';
import type { Action, PersonAsker } from './action.ts';

/** Who looked at or did what, newest first. */
export const listAudit: Action<'listAudit', PersonAsker> = async (context, asker, { query }) => {
  requireModerator(asker);
  const limit = query.limit ?? limits.pageDefault;
  const after = decodeCursor(query.cursor);
  const conditions = [
    sql`true`,
    ...(query.actor === undefined ? [] : [sql`actor = ${query.actor}`]),
    ...(query.action === undefined ? [] : [sql`action = ${query.action.replaceAll('\0', '')}`]),
    ...(query.conversationId === undefined ? [] : [sql`conversation_id = ${query.conversationId}::uuid`]),
    ...(after === null ? [] : [sql`(at, id) < (${after.at}::timestamptz, ${after.id}::uuid)`]),
  ];
  const { rows } = await sql<
    Selectable<AuditTable>
  >`select * from audit where ${sql.join(conditions, sql` and `)}
    order by at desc, id desc limit ${limit + 1}`.execute(context.db);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(presentAuditItem),
    nextCursor: encodeCursor(last === undefined ? null : { at: last.at.toISOString(), id: last.id }),
  };
};

function presentAuditItem(row: Selectable<AuditTable>): AuditItem {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: row.actor,
    action: row.action,
    ...(row.conversation_id !== null && { conversationId: row.conversation_id }),
    ...(row.user_id !== null && { userId: row.user_id }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.note !== null && { note: row.note }),
  };
}
