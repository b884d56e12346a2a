import type { ConversationStatus } from '@parley/protocol';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { TimePosition } from './cursor.ts';
import { holdsAll, namesHold, readWatermark, type Term } from './search.ts';
import type { Tables } from './tables.ts';
import { sqlState } from './transact.ts';
import { matchingTail } from './text-tail.ts';

/** Which conversations a moderator's list is of; all conditions hold together. */
export interface ModerationFilter {
  readonly userId?: string | undefined;
  readonly storeId?: string | undefined;
  readonly listingId?: string | undefined;
  readonly flag?: string | undefined;
  readonly status?: ConversationStatus | undefined;
  /** The last activity is not before. */
  readonly from?: Date | undefined;
  /** The last activity is before, or at. */
  readonly to?: Date | undefined;
}

export interface ModerationQuery {
  readonly filter: ModerationFilter;
  /** What names, titles or a text must hold; none for all conversations. */
  readonly terms: readonly Term[];
  readonly limit: number;
  readonly after: TimePosition | null;
}

/** A page of ids, newest activity first, and the position that the next one begins after. */
export interface FoundPage {
  readonly ids: readonly string[];
  readonly next: TimePosition | null;
}

interface PlaceRow {
  id: string;
  last_at: Date;
}

/** Conversations looked through in one step of a walk. */
const windowSize = 300;
/** Milliseconds for one statement, and for a walk as a whole. */
const statementTimeout = 4_000;
const walkTime = 3_000;

/** Finds a page of conversations. A page may be short and still have a next one, where looking further would take too long. */
export async function findConversations(db: Kysely<Tables>, query: ModerationQuery): Promise<FoundPage> {
  if (query.terms.length > 0) return searchConversations(db, query);
  const { rows } = await sql<PlaceRow>`select c.id, c.last_at from conversations c
    where ${conditions(query.filter, query.after)}
    order by c.last_at desc, c.id desc limit ${query.limit + 1}`.execute(db);
  return pageOf(rows, query.limit, null);
}

/**
 * Common words are found among the newest conversations, so these are looked through first; rare ones by the trigram indexes; and
 * what has no trigrams (or is too common for its index and yet not among the newest) by walking on, as long as the time allows.
 */
async function searchConversations(db: Kysely<Tables>, query: ModerationQuery): Promise<FoundPage> {
  const watermark = await readWatermark(db);
  const deadline = Date.now() + walkTime;
  const found: PlaceRow[] = [];
  let after = query.after;
  for (let first = true; ; first = false) {
    const rows = await walk(db, query, after, watermark);
    found.push(...rows.filter((row) => row.matches));
    const last = rows.at(-1);
    if (found.length > query.limit || last === undefined || rows.length < windowSize)
      return pageOf(found, query.limit, null);
    after = placeOf(last);
    if (first && query.terms.some((term) => term.indexed)) {
      const indexed = await searchByIndex(db, query, watermark);
      if (indexed !== null) return pageOf(indexed, query.limit, null);
    }
    if (Date.now() > deadline) return pageOf(found, query.limit, after);
  }
}

function pageOf(rows: readonly PlaceRow[], limit: number, walked: TimePosition | null): FoundPage {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    ids: rows.slice(0, limit).map((row) => row.id),
    next: last === undefined ? walked : placeOf(last),
  };
}

function placeOf(row: PlaceRow): TimePosition {
  return { at: row.last_at.toISOString(), id: row.id };
}

/** A step of a walk, with what matches of it. The `limit` keeps PostgreSQL from reading all texts for the sake of some hundred conversations. */
async function walk(
  db: Kysely<Tables>,
  query: ModerationQuery,
  after: TimePosition | null,
  watermark: Date | null,
): Promise<(PlaceRow & { matches: boolean })[]> {
  const { rows } = await sql<PlaceRow & { matches: boolean }>`with
    w as materialized (select c.id, c.last_at from conversations c
      where ${conditions(query.filter, after)} order by c.last_at desc, c.id desc limit ${windowSize}),
    tail as materialized (${matchingTail(query.terms, watermark)})
    select c.id, c.last_at, ${namesHold(query.terms)} or t.found is not null
      or c.id in (select conversation_id from tail) as matches
    from w c left join conversation_search k on k.conversation_id = c.id left join lateral (select true as found from message_texts t
      where t.conversation_id = c.id and ${holdsAll(sql`t.folded`, query.terms)} limit 1) t on true
    order by c.last_at desc, c.id desc`.execute(db);
  return rows;
}

/** Null when the words are so common that their index takes too long. */
async function searchByIndex(
  db: Kysely<Tables>,
  query: ModerationQuery,
  watermark: Date | null,
): Promise<PlaceRow[] | null> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`set local statement_timeout = ${sql.lit(statementTimeout)}`.execute(trx);
      const { rows } = await sql<PlaceRow>`with found as materialized (
        select k.conversation_id from conversation_search k where ${namesHold(query.terms)}
        union select t.conversation_id from message_texts t where ${holdsAll(sql`t.folded`, query.terms)}
        union select conversation_id from (${matchingTail(query.terms, watermark)}) tail)
        select c.id, c.last_at from found join conversations c on c.id = found.conversation_id
        where ${conditions(query.filter, query.after)}
        order by c.last_at desc, c.id desc limit ${query.limit + 1}`.execute(trx);
      return rows;
    });
  } catch (error) {
    if (sqlState(error) === queryCanceled) return null;
    throw error;
  }
}

const queryCanceled = '57014';

/** On `conversations c`. One without a message yet is in nobody's list. */
function conditions(filter: ModerationFilter, after: TimePosition | null): RawBuilder<boolean> {
  const all = [sql`c.last_seq > 0`];
  if (filter.userId !== undefined)
    all.push(
      sql`exists (select 1 from participants p where p.conversation_id = c.id and p.user_id = ${filter.userId})`,
    );
  if (filter.storeId !== undefined) all.push(sql`c.store_id = ${filter.storeId}`);
  if (filter.listingId !== undefined) all.push(sql`c.listing_id = ${filter.listingId}`);
  if (filter.status !== undefined) all.push(sql`c.status = ${filter.status}`);
  if (filter.from !== undefined) all.push(sql`c.last_at >= ${filter.from}`);
  if (filter.to !== undefined) all.push(sql`c.last_at <= ${filter.to}`);
  if (filter.flag !== undefined) all.push(flagged(filter.flag));
  if (after !== null) all.push(sql`(c.last_at, c.id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  return sql<boolean>`${sql.join(all, sql` and `)}`;
}

/** The one flag that people set is their report. Reports are few, so they lead to their conversations, not the other way round. */
function flagged(flag: string): RawBuilder<unknown> {
  return flag === 'report'
    ? sql`c.id = any(array(select distinct r.conversation_id from reports r))`
    : sql`false`;
}
