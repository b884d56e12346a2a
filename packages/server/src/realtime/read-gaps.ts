import { sql, type Kysely } from 'kysely';
import { namedColumns, type NamedMessage } from '../db/messages.ts';
import type { Tables } from '../db/tables.ts';

/** A part of a log that was not pushed yet. */
export interface Range {
  readonly conversationId: string;
  /** Exclusive. */
  readonly after: number;
  readonly upto: number;
  /** What this node pushed before is not known: only what is younger than so many seconds can be missing. Null where it is known. */
  readonly youngerThan: number | null;
}

/** Messages of one range in one answer; more take another turn. */
const rangeLimit = 100;

/** What is in the ranges, by conversation, each in the order of its `seq`. One query, however many ranges. */
export async function readGaps(
  db: Kysely<Tables>,
  ranges: readonly Range[],
): Promise<Map<string, NamedMessage[]>> {
  const found = new Map<string, NamedMessage[]>(ranges.map((range) => [range.conversationId, []]));
  if (ranges.length === 0) return found;
  const { rows } = await sql<NamedMessage>`
    select ${namedColumns}
    from unnest(${ranges.map((r) => r.conversationId)}::uuid[], ${ranges.map((r) => r.after)}::int[],
        ${ranges.map((r) => r.upto)}::int[], ${ranges.map((r) => r.youngerThan)}::float8[]) as r(conversation_id, after, upto, younger)
      cross join lateral (select * from messages m
        where m.conversation_id = r.conversation_id and m.seq > r.after and m.seq <= r.upto
          and (r.younger is null or m.created_at > now() - make_interval(secs => r.younger))
        order by m.seq limit ${rangeLimit}) m
      left join users u on u.id = m.author
    order by m.conversation_id, m.seq`.execute(db);
  for (const row of rows) found.get(row.conversation_id)?.push(row);
  return found;
}

/** Whose log it is, and how far it reaches. */
export interface Log {
  readonly lastSeq: number;
  readonly recipients: readonly string[];
}

/** The logs of those conversations that there are. */
export async function readLogs(
  db: Kysely<Tables>,
  conversationIds: readonly string[],
): Promise<Map<string, Log>> {
  if (conversationIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; last_seq: number; recipients: string[] }>`
    select c.id, c.last_seq, array(select p.user_id from participants p where p.conversation_id = c.id) as recipients
    from conversations c where c.id = any(${conversationIds}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, { lastSeq: row.last_seq, recipients: row.recipients }]));
}
