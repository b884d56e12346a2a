import { sql, type Kysely, type RawBuilder } from 'kysely';
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

/** Seats that are looked through before the index is asked, and where that found so much that some more will do. */
const windowSize = 1_000;
const widerWindow = 5_000;
const newestFirst = sql`order by p.last_at desc, p.conversation_id desc`;

/**
 * Ids of the newest conversations that hold every term, `limit` at most. Common words are found among the newest seats, so these are
 * looked through first; rare ones by the index, which gives few.
 */
export async function searchSeats(db: Kysely<Tables>, search: SeatSearch): Promise<string[]> {
  const walked = await walkNewest(db, search, windowSize);
  if (walked.isAll) return walked.ids;
  if (walked.ids.length * (widerWindow / windowSize) > search.limit) {
    const wider = await walkNewest(db, search, widerWindow);
    if (wider.isAll) return wider.ids;
  }
  const stores = await db
    .selectFrom('store_members')
    .select('store_id')
    .where('user_id', '=', search.userId)
    .execute();
  const storeIds = stores.map((store) => store.store_id);
  const { rows } = await findByIndex(search, storeIds).execute(db);
  return rows.map((row) => row.id);
}

/** `isAll` where nothing further back could belong to the answer. */
async function walkNewest(
  db: Kysely<Tables>,
  search: SeatSearch,
  window: number,
): Promise<{ ids: string[]; isAll: boolean }> {
  const { rows } = await sql<{
    looked: number;
    ids: string[];
  }>`with w as materialized (${newestSeats(search, window)})
    select (select count(*)::int from w) as looked, array(select p.conversation_id::text from w p
      join conversation_search k using (conversation_id) join conversations c on c.id = p.conversation_id
      where c.last_seq > 0 and ${sideHolds(search.terms)}
      ${newestFirst} limit ${search.limit}) as ids`.execute(db);
  const { looked, ids } = rows[0] ?? { looked: 0, ids: [] };
  return { ids, isAll: ids.length === search.limit || looked < window };
}

/** The archive has a place of its own in the inbox's index, so both are read from their tops. */
function newestSeats({ filter, conditions }: SeatSearch, window: number): RawBuilder<unknown> {
  const newest = (filtered: RawBuilder<boolean>): RawBuilder<unknown> =>
    sql`select p.conversation_id, p.side, p.last_at from participants p where ${conditions} and ${filtered}
      ${newestFirst} limit ${window}`;
  if (filter !== null) return newest(filter);
  return sql`select * from ((${newest(sql`not p.archived`)}) union all (${newest(sql`p.archived`)})) p
    ${newestFirst} limit ${window}`;
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
