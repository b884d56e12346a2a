import type { ConversationStatus, FlagLabel } from '@parley/protocol';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { TimePosition } from './cursor.ts';
import { holdsAll, namesHold, readWatermark, type Term } from './search.ts';
import type { Tables } from './tables.ts';
import { sqlState } from './transact.ts';
import { matchingTail, textHolds } from './text-tail.ts';
import { indexHolds, loadCommonTrigrams } from './trigrams.ts';

/** Which conversations a moderator's list is of; all conditions hold together. */
export interface ModerationFilter {
  readonly userId?: string | undefined;
  readonly storeId?: string | undefined;
  readonly listingId?: string | undefined;
  readonly flag?: FlagLabel | undefined;
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

/** A conversation that was found, and its newest text that holds the terms now; null where its names do, or nothing was sought. */
export interface Found {
  readonly id: string;
  readonly hit: { readonly seq: number; readonly body: string } | null;
}

/** A page, newest activity first, and the position that the next one begins after. */
export interface FoundPage {
  readonly found: readonly Found[];
  readonly next: TimePosition | null;
}

interface PlaceRow {
  id: string;
  last_at: Date;
}

interface HitRow extends PlaceRow {
  seq: number | null;
  body: string | null;
  /** Its names, title or orders hold the terms. */
  named: boolean;
}

/** Conversations looked through first; they tell how common the words are. */
const firstWindow = 200;
/** And in each further step, at least and at most. */
const leastWindow = 100;
const mostWindow = 1_000;
/** By so many, the share of them that holds the words is known well enough. */
const surelyLooked = 300;
/** Microseconds that one more conversation takes: looked through, and found by the index. */
const lookedCost = 14;
const indexedCost = 7;
/** More than the share so far demands, since those that hold the words lie unevenly. */
const margin = 1.3;
/** Milliseconds for one statement, and for a walk as a whole. */
const statementTimeout = 4_000;
const walkTime = 3_000;

/** Finds a page of conversations. A page may be short and still have a next one, where looking further would take too long. */
export async function findConversations(db: Kysely<Tables>, query: ModerationQuery): Promise<FoundPage> {
  if (query.terms.length > 0) return searchConversations(db, query);
  const { rows } = await listQuery(query).execute(db);
  return pageOf(
    rows.map((row) => ({ ...row, seq: null, body: null })),
    query.limit,
    null,
  );
}

function listQuery({ filter, after, limit }: ModerationQuery): RawBuilder<PlaceRow> {
  const { userId, from, to, ...others } = filter;
  if (userId === undefined || Object.values(others).some((value) => value !== undefined))
    return sql`select c.id, c.last_at from conversations c where ${conditions(filter, after)}
      order by c.last_at desc, c.id desc limit ${limit + 1}`;
  // A person's seats lie in the same order, in two places: the inbox and the archive.
  const place = { at: sql`p.last_at`, id: sql`p.conversation_id` };
  const newest = (archived: boolean): RawBuilder<unknown> =>
    sql`select c.id, p.last_at from participants p join conversations c on c.id = p.conversation_id
      where p.user_id = ${userId} and p.archived = ${sql.lit(archived)} and ${within(place, { from, to }, after)}
        and c.last_seq > 0 order by p.last_at desc, p.conversation_id desc limit ${limit + 1}`;
  return sql`select id, last_at from ((${newest(false)}) union all (${newest(true)})) p
    order by last_at desc, id desc limit ${limit + 1}`;
}

/**
 * Common words are found among the newest conversations, so these are looked through first, and further where the share of them that
 * holds the words says that this takes less time than the trigram indexes, which find all there are. What has no trigrams (or is too
 * common for its index and yet not among the newest) is found by walking on, as long as the time allows.
 */
async function searchConversations(db: Kysely<Tables>, query: ModerationQuery): Promise<FoundPage> {
  const [watermark, total] = [await readWatermark(db), await estimateConversations(db)];
  const deadline = Date.now() + walkTime;
  const found: HitRow[] = [];
  let mayAsk = query.terms.some((term) => term.indexed);
  let { after } = query;
  for (let looked = 0, window = firstWindow; ;) {
    const rows = await walk(db, query, { after, window, watermark });
    found.push(...rows.filter((row) => row.named || row.seq !== null));
    const last = rows.at(-1);
    if (found.length > query.limit || last === undefined || rows.length < window)
      return pageOf(found, query.limit, null);
    after = placeOf(last);
    looked += window;
    const missing = query.limit + 1 - found.length;
    if (mayAsk && isForIndex({ looked, found: found.length, missing, total })) {
      const indexed = await searchByIndex(db, query, watermark);
      if (indexed !== null) return pageOf(indexed, query.limit, null);
      mayAsk = false;
    }
    if (Date.now() > deadline) return pageOf(found, query.limit, after);
    const expected = (margin * looked * missing) / found.length;
    const most = looked < surelyLooked ? surelyLooked - looked : mostWindow;
    window = Math.ceil(Math.min(most, Math.max(leastWindow, expected)));
  }
}

/** So many conversations there are, by what ANALYZE found last. */
async function estimateConversations(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select greatest(reltuples, 0)::float8 as count from pg_class
    where oid = 'conversations'::regclass`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Whether the index finds all that hold the words sooner than a walk fills the page, by the share of those looked through so far. */
function isForIndex(so: { looked: number; found: number; missing: number; total: number }): boolean {
  if (so.found === 0) return true;
  if (so.looked < surelyLooked) return false;
  const share = so.found / so.looked;
  return indexedCost * share * so.total < (lookedCost * so.missing) / share;
}

function pageOf(
  rows: readonly Omit<HitRow, 'named'>[],
  limit: number,
  walked: TimePosition | null,
): FoundPage {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    found: rows
      .slice(0, limit)
      .map(({ id, seq, body }) => ({ id, hit: seq === null || body === null ? null : { seq, body } })),
    next: last === undefined ? walked : placeOf(last),
  };
}

function placeOf(row: PlaceRow): TimePosition {
  return { at: row.last_at.toISOString(), id: row.id };
}

/**
 * A step of a walk, with what each conversation holds. The `limit` keeps PostgreSQL from reading all texts for the sake of some hundred
 * conversations. A copy of a text only says where to look: the message itself must hold the terms.
 */
async function walk(
  db: Kysely<Tables>,
  { filter, terms }: ModerationQuery,
  { after, window, watermark }: { after: TimePosition | null; window: number; watermark: Date | null },
): Promise<HitRow[]> {
  const { rows } = await sql<HitRow>`with w as materialized (select c.id, c.last_at from conversations c
      where ${conditions(filter, after)} order by c.last_at desc, c.id desc limit ${window}),
    tail as materialized (${matchingTail(terms, watermark)})
    select c.id, c.last_at, h.seq, h.body, coalesce((select ${namesHold(terms)} from conversation_search k
      where k.conversation_id = c.id), false) as named from w c left join lateral (${newestHit(
        sql`(select m.seq, m.body from message_texts t join messages m using (conversation_id, seq)
        where t.conversation_id = c.id and ${holdsAll(sql`t.folded`, terms)} and ${textHolds(terms)}
        order by t.seq desc limit 1)`,
      )}) h on true
    order by c.last_at desc, c.id desc`.execute(db);
  return rows;
}

/** The newer one of what the index leads to and what it has not read yet: a row of `seq` and `body`, or none. */
function newestHit(indexed: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select x.seq, x.body from (${indexed}
    union all (select t.seq, t.body from tail t where t.conversation_id = c.id)) x order by x.seq desc limit 1`;
}

/**
 * Null when the words are so common that their index takes too long. What it finds is put in order first, and then read itself, as far as
 * a page needs it: copies of texts may be out of date.
 */
async function searchByIndex(
  db: Kysely<Tables>,
  { filter, terms, limit, after }: ModerationQuery,
  watermark: Date | null,
): Promise<HitRow[] | null> {
  const commonInTexts = await loadCommonTrigrams(db, 'message_texts_trigrams');
  const commonInNames = await loadCommonTrigrams(db, 'conversation_search_trigrams');
  const query = sql<HitRow>`with tail as materialized (${matchingTail(terms, watermark)}),
    found as materialized (select conversation_id, array_agg(seq) filter (where seq is not null) as seqs, bool_or(named) as named from (
      select conversation_id, seq, false as named from message_texts t where ${indexHolds(sql`t.folded`, terms, commonInTexts)}
      union all select conversation_id, null, true from conversation_search k
        where ${namesHold(terms, (column, term) => indexHolds(column, [term], commonInNames))}
      union all select conversation_id, null, false from tail) x group by conversation_id),
    places as (select c.id, c.last_at, f.seqs, f.named from found f join conversations c on c.id = f.conversation_id
      where ${conditions(filter, after)} order by c.last_at desc, c.id desc offset 0)
    select c.id, c.last_at, h.seq, h.body, c.named from places c left join lateral (${newestHit(
      sql`(select m.seq, m.body from unnest(c.seqs) t(seq) cross join lateral (select m.seq, m.body from messages m
          where m.conversation_id = c.id and m.seq = t.seq and ${textHolds(terms)} offset 0) m
        order by m.seq desc limit 1)`,
    )}) h on true where c.named or h.seq is not null
    order by c.last_at desc, c.id desc limit ${limit + 1}`;
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`set local statement_timeout = ${sql.lit(statementTimeout)}`.execute(trx);
      return (await query.execute(trx)).rows;
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
  if (filter.flag !== undefined) all.push(flagged(filter.flag));
  all.push(within({ at: sql`c.last_at`, id: sql`c.id` }, filter, after));
  return sql<boolean>`${sql.join(all, sql` and `)}`;
}

/** That a place is between two times, and behind the page before. */
function within(
  place: { at: RawBuilder<unknown>; id: RawBuilder<unknown> },
  { from, to }: Pick<ModerationFilter, 'from' | 'to'>,
  after: TimePosition | null,
): RawBuilder<unknown> {
  const all = [sql`true`];
  if (from !== undefined) all.push(sql`${place.at} >= ${from}`);
  if (to !== undefined) all.push(sql`${place.at} <= ${to}`);
  if (after !== null)
    all.push(sql`(${place.at}, ${place.id}) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  return sql.join(all, sql` and `);
}

/** The one flag that people set is their report. */
function flagged(flag: FlagLabel): RawBuilder<unknown> {
  return flag === 'report' ? sql`c.reported` : sql`false`;
}
