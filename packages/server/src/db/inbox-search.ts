import { sql, type Kysely, type RawBuilder } from 'kysely';
import { planOnce } from './plan-once.ts';
import { holdsAll, mayHold, type Term } from './search.ts';
import type { Tables } from './tables.ts';
import { indexHolds, loadCommonTrigrams, type CommonTrigrams } from './trigrams.ts';

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

/** Seats that are looked through first; they tell how common the words are. Each takes 0.15 µs, and 5 where its signature may hold the words. */
const firstLooked = 1_000;
/** And so many in all, where the first ones promise that they fill a page; or else the index is asked, which then finds few. */
const mostLooked = 5_000;
/** Each number of words makes a statement of its own, and connections prepare a hundred at most. */
const mostPrepared = 3;
const newestFirst = sql`order by p.last_at desc, p.conversation_id desc`;

/**
 * Ids of the newest conversations that hold every term, `limit` at most. Common words are found among the newest seats, so these are
 * looked through first; rare words are found by the index, which gives few.
 */
export async function searchSeats(db: Kysely<Tables>, search: SeatSearch): Promise<string[]> {
  const { ids, isShort, storeIds } = await walk(db, search);
  if (!isShort) return ids;
  const common = await loadCommonTrigrams(db, 'conversation_search_trigrams');
  const { rows } = await findByIndex(search, storeIds, common).execute(db);
  return rows.map((row) => row.id);
}

interface Walked {
  readonly ids: string[];
  /** It is not a full page, and there are more seats than were looked through. */
  readonly isShort: boolean;
  /** Stores that this person is a member of, for the index: asked for along with it, since each question has its own price. */
  readonly storeIds: readonly string[];
}

async function walk(db: Kysely<Tables>, search: SeatSearch): Promise<Walked> {
  const { userId, limit } = search;
  const least = Math.ceil((limit * firstLooked) / mostLooked);
  const [first, most, further] = [firstLooked, mostLooked, mostLooked - firstLooked].map((n) => sql.lit(n));
  const plan = search.terms.length > mostPrepared ? sql`` : planOnce;
  const { rows } = await sql<{ ids: string[]; is_short: boolean; store_ids: string[] }>`${plan}
    with near as materialized (${holders(search, sql`limit ${first}`)}),
    far as materialized (select f.conversation_id from (${holders(search, sql`offset ${first} limit ${further}`)}) f
      where (select count(*) from near) between ${least} and ${limit - 1})
    select array(select conversation_id::text from near union all select conversation_id::text from far limit ${limit}) as ids,
      (select count(*) from near) + (select count(*) from far) < ${limit} and exists (${newestSeats(search)}
        offset case when (select count(*) from near) < ${least} then ${first} else ${most} end limit 1) as is_short,
      array(select store_id from store_members where user_id = ${userId}) as store_ids`.execute(db);
  const { ids = [], is_short: isShort = false, store_ids: storeIds = [] } = rows[0] ?? {};
  return { ids, isShort, storeIds };
}

/**
 * What holds the terms among a stretch of the newest seats, seat by seat until a page is full. `offset 0` keeps PostgreSQL to that: it reads
 * names only of seats whose signatures may hold the terms, and a conversation only where they do.
 */
function holders(search: SeatSearch, stretch: RawBuilder<unknown>): RawBuilder<unknown> {
  const { userId, terms, limit } = search;
  return sql`select p.conversation_id from (${newestSeats(search)} ${stretch}) p
    cross join lateral (select k.buyer_search, k.store_search from conversation_search k
      where k.conversation_id = p.conversation_id and ${eitherHolds(terms)} offset 0) k
    cross join lateral (select 1 from participants s join conversations c on c.id = s.conversation_id
      where s.user_id = ${userId} and s.conversation_id = p.conversation_id and c.last_seq > 0 and ${sideHolds(terms)} offset 0) s
    where ${mayHold(sql`p.search_signature`, terms)} ${newestFirst} limit ${limit}`;
}

/** The archive has a place of its own in the inbox's index, so both are read from their tops. */
function newestSeats({ filter, conditions }: SeatSearch): RawBuilder<unknown> {
  const newest = (filtered: RawBuilder<boolean>): RawBuilder<unknown> =>
    sql`select p.conversation_id, p.last_at, p.search_signature from participants p
      where ${conditions} and ${filtered} ${newestFirst}`;
  if (filter !== null) return newest(filter);
  return sql`select * from ((${newest(sql`not p.archived`)}) union all (${newest(sql`p.archived`)})) p ${newestFirst}`;
}

/** That one side or the other is found by the terms. */
function eitherHolds(terms: readonly Term[]): RawBuilder<boolean> {
  return sql<boolean>`(${holdsAll(sql`k.buyer_search`, terms)} or ${holdsAll(sql`k.store_search`, terms)})`;
}

/** The store's people look for the buyer; everybody else for the store. */
function sideHolds(terms: readonly Term[]): RawBuilder<boolean> {
  return sql<boolean>`case when s.side = 'store' then ${holdsAll(sql`k.buyer_search`, terms)}
    else ${holdsAll(sql`k.store_search`, terms)} end`;
}

/**
 * A member of a store looks through the store's conversations, since a seat there is what membership means. Each store is named, so
 * that PostgreSQL knows how many conversations it has.
 */
function findByIndex(
  search: SeatSearch,
  storeIds: readonly string[],
  common: CommonTrigrams,
): RawBuilder<{ id: string }> {
  const { userId, terms, limit, filter, conditions } = search;
  const branches = [
    sql`select k.conversation_id, 'buyer' as side from conversation_search k
      where k.buyer_id = ${userId} and ${holdsAll(sql`k.store_search`, terms)}`,
    ...storeIds.map(
      (storeId) => sql`select k.conversation_id, 'store' from conversation_search k
        where k.store_id = ${storeId} and ${indexHolds(sql`k.buyer_search`, terms, common)} and ${holdsPairs(terms)}`,
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
