import { sql, type Kysely, type RawBuilder } from 'kysely';
import { planOnce } from './plan-once.ts';
import { holdsAll, type Term } from './search.ts';
import type { Tables } from './tables.ts';

/** What is sought among one person's seats. */
export interface SeatSearch {
  readonly userId: string;
  readonly terms: readonly Term[];
  readonly limit: number;
  /** On `participants p`; null looks at all seats, the archive included. */
  readonly filter: RawBuilder<boolean> | null;
  /** On `participants p`: whose they are, and after which position. */
  readonly conditions: RawBuilder<boolean>;
}

/** Seats that are looked through first; they tell how common the words are. */
const firstWindow = 600;
const leastWindow = 250;
/** So many at most are looked through, where that promises a full page; or else the index is asked. */
const mostLooked = 5_000;
/** A few more seats than the share so far demands: a short page costs another step. */
const margin = 1.1;
const newestFirst = sql`order by p.last_at desc, p.conversation_id desc`;

/** A seat's place in its inbox. */
interface Place {
  readonly at: Date;
  readonly id: string;
}

/**
 * Ids of the newest conversations that hold every term, `limit` at most. Common words are found among the newest seats, so these are
 * looked through first, as far as the share of them that holds the words promises; rare words are found by the index, which gives few.
 */
export async function searchSeats(db: Kysely<Tables>, search: SeatSearch): Promise<string[]> {
  const ids: string[] = [];
  let after: Place | null = null;
  let storeIds: readonly string[] = [];
  for (let looked = 0, window = firstWindow; looked + window <= mostLooked;) {
    const step = await walk(db, search, after, window);
    ids.push(...step.ids);
    ({ storeIds } = step);
    if (ids.length >= search.limit || step.last === null) return ids.slice(0, search.limit);
    after = step.last;
    looked += window;
    const missing = search.limit - ids.length;
    window = Math.max(leastWindow, Math.ceil((margin * looked * missing) / ids.length));
  }
  const { rows } = await findByIndex(search, storeIds).execute(db);
  return rows.map((row) => row.id);
}

interface Walked {
  readonly ids: string[];
  /** The last seat that was looked at; null where there are no more. */
  readonly last: Place | null;
  /** Stores that this person is a member of, for the index: asked for along with it, since each question has its own price. */
  readonly storeIds: readonly string[];
}

/**
 * What holds the terms among the next `window` seats. The seats are looked up all at once, which reads each page of an index once and not
 * once for each seat.
 */
async function walk(
  db: Kysely<Tables>,
  search: SeatSearch,
  after: Place | null,
  window: number,
): Promise<Walked> {
  // The first window is a part of the text: a plan for any size is made for a tenth of all seats.
  const [plan, place] =
    after === null ? [planOnce, (size: number) => sql.lit(size)] : [sql``, (size: number) => sql`${size}`];
  const { rows } = await sql<{
    ids: string[];
    last: string | null;
    last_at: Date | null;
    store_ids: string[];
  }>`${plan}with w as materialized (${newestSeats(search, after, place(window))}),
    k as materialized (select k.conversation_id, k.buyer_search, k.store_search from conversation_search k
      where k.conversation_id = any(array(select conversation_id from w)) and ${eitherHolds(search.terms)}),
    last as (select p.conversation_id, p.last_at from w p offset ${place(window - 1)})
    select array(select p.conversation_id::text from k join participants p on p.user_id = ${search.userId}
          and p.conversation_id = k.conversation_id join conversations c on c.id = k.conversation_id
        where c.last_seq > 0 and ${sideHolds(search.terms)} ${newestFirst} limit ${search.limit}) as ids,
      (select conversation_id from last) as last, (select last_at from last) as last_at,
      array(select store_id from store_members where user_id = ${search.userId}) as store_ids`.execute(db);
  const { ids = [], last = null, last_at: at = null, store_ids: storeIds = [] } = rows[0] ?? {};
  return { ids, last: last === null || at === null ? null : { at, id: last }, storeIds };
}

/** The archive has a place of its own in the inbox's index, so both are read from their tops. */
function newestSeats(
  { filter, conditions }: SeatSearch,
  after: Place | null,
  size: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const further =
    after === null ? sql`true` : sql`(p.last_at, p.conversation_id) < (${after.at}, ${after.id}::uuid)`;
  const newest = (filtered: RawBuilder<boolean>): RawBuilder<unknown> =>
    sql`select p.conversation_id, p.last_at from participants p
      where ${conditions} and ${further} and ${filtered} ${newestFirst} limit ${size}`;
  if (filter !== null) return newest(filter);
  return sql`select * from ((${newest(sql`not p.archived`)}) union all (${newest(sql`p.archived`)})) p
    ${newestFirst} limit ${size}`;
}

/** That one side or the other is found by the terms. */
function eitherHolds(terms: readonly Term[]): RawBuilder<boolean> {
  return sql<boolean>`(${holdsAll(sql`k.buyer_search`, terms)} or ${holdsAll(sql`k.store_search`, terms)})`;
}

/** The store's people look for the buyer; everybody else for the store. */
function sideHolds(terms: readonly Term[]): RawBuilder<boolean> {
  return sql<boolean>`case when p.side = 'store' then ${holdsAll(sql`k.buyer_search`, terms)}
    else ${holdsAll(sql`k.store_search`, terms)} end`;
}

/**
 * A member of a store looks through the store's conversations, since a seat there is what membership means. Each store is named, so
 * that PostgreSQL knows how many conversations it has.
 */
function findByIndex(search: SeatSearch, storeIds: readonly string[]): RawBuilder<{ id: string }> {
  const { userId, terms, limit, filter, conditions } = search;
  const branches = [
    sql`select k.conversation_id, 'buyer' as side from conversation_search k
      where k.buyer_id = ${userId} and ${holdsAll(sql`k.store_search`, terms)}`,
    ...storeIds.map(
      (storeId) => sql`select k.conversation_id, 'store' from conversation_search k
        where k.store_id = ${storeId} and ${holdsAll(sql`k.buyer_search`, terms)} and ${holdsPairs(terms)}`,
    ),
    sql`select k.conversation_id, 'moderator' from participants p join conversation_search k using (conversation_id)
      where p.user_id = ${userId} and p.side = 'moderator' and ${holdsAll(sql`k.store_search`, terms)}`,
  ];
  return sql<{ id: string }>`with k as materialized (${sql.join(branches, sql` union all `)}),
    p as materialized (select p.conversation_id, p.last_at from k
      join participants p on p.conversation_id = k.conversation_id and p.side = k.side
      where ${conditions} and ${filter ?? sql`true`} ${newestFirst})
    select p.conversation_id as id from p where exists (
      select 1 from conversations c where c.id = p.conversation_id and c.last_seq > 0 offset 0)
    limit ${limit}`;
}

/** What lets an index find terms that have no trigrams; true of whatever holds them. */
function holdsPairs(terms: readonly Term[]): RawBuilder<boolean> {
  const pairs = terms
    .filter((term) => !term.indexed)
    .map((term) => sql`parley_pairs(k.buyer_search) @> parley_pairs(${term.folded})`);
  return pairs.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(pairs, sql` and `)})`;
}
