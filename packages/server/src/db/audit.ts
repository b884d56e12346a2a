import { sql, type Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Tables } from './tables.ts';

/** What a moderator did or looked at. */
export interface AuditEntry {
  readonly actor: string;
  readonly action: string;
  readonly conversationId?: string;
  readonly userId?: string;
  readonly reason?: string;
  readonly note?: string;
}

/** Writes an audit record. To be awaited before what it speaks of is answered. */
export async function recordAudit(db: Kysely<Tables>, entry: AuditEntry): Promise<void> {
  await db
    .insertInto('audit')
    .values({
      id: uuidv7(),
      at: sql`date_trunc('milliseconds', clock_timestamp())`,
      actor: entry.actor,
      action: entry.action,
      conversation_id: entry.conversationId ?? null,
      user_id: entry.userId ?? null,
      reason: entry.reason ?? null,
      note: entry.note ?? null,
    })
    .execute();
}

/** Whether this person has said this reason for reading this conversation within the last 15 minutes. */
export async function hasReadLately(
  db: Kysely<Tables>,
  actor: string,
  conversationId: string,
  reason: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('conversation_id', '=', conversationId)
    .where('actor', '=', actor)
    .where('action', '=', 'read')
    .where('reason', '=', reason)
    .where('at', '>', sql<Date>`clock_timestamp() - interval '15 minutes'`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
