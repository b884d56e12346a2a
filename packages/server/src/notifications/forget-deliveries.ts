import { sql, type Kysely } from 'kysely';
import type { Tables } from '../db/tables.ts';

export interface ForgetOptions {
  /** Deliveries made before this may be forgotten. */
  readonly before: Date;
  /** The last delivery of the batch before, or the nil UUID. */
  readonly after: string;
  /** Deliveries looked at, and deleted at most, in one statement. */
  readonly batch: number;
}

export interface Forgotten {
  readonly deleted: number;
  /** Where the next batch begins; null when this was the last. */
  readonly next: string | null;
}

/**
 * Deletes old deliveries of one batch, the oldest first. Kept whatever their age: those that are still due, for their job reads them,
 * and the first and the last that was sent to a person about a conversation, for the next mail refers to both.
 */
export async function forgetDeliveries(db: Kysely<Tables>, options: ForgetOptions): Promise<Forgotten> {
  const { before, after, batch } = options;
  const { rows } = await sql<{ seen: number; last: string | null; deleted: number }>`
    with old as (
      select id, user_id, conversation_id, channel, state from deliveries
      where id > ${after} and id < ${firstIdAt(before)} order by id limit ${batch}
    ), gone as (
      delete from deliveries d using old o where d.id = o.id and d.state <> 'due' and (d.state <> 'sent' or (
        exists (select from deliveries e where e.user_id = o.user_id and e.conversation_id = o.conversation_id
          and e.channel = o.channel and e.state = 'sent' and e.id < o.id)
        and exists (select from deliveries e where e.user_id = o.user_id and e.conversation_id = o.conversation_id
          and e.channel = o.channel and e.state = 'sent' and e.id > o.id)))
      returning d.id
    )
    select (select count(*) from old)::int as seen, (select id from old order by id desc limit 1) as last,
      (select count(*) from gone)::int as deleted`.execute(db);
  const { seen = 0, last = null, deleted = 0 } = rows[0] ?? {};
  return { deleted, next: seen < batch ? null : last };
}

/** The lowest UUID of version 7 that is made at a time: its first 48 bits are milliseconds since 1970 (RFC 9562, 5.7). */
function firstIdAt(time: Date): string {
  const digits = time.getTime().toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`;
}
