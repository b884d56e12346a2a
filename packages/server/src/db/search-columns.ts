import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Tables } from './tables.ts';

/** Some conversations: named, or the one of a listing and a buyer, or all of a listing, a buyer or a store. */
export type Scope =
  | { readonly conversationIds: readonly string[] }
  | { readonly listingId: string; readonly buyerId: string }
  | { readonly listingId: string }
  | { readonly buyerId: string }
  | { readonly storeId: string };

/** The scope as a condition on `conversations c`. */
export function inScope(scope: Scope): RawBuilder<boolean> {
  if ('conversationIds' in scope) return sql`c.id = any(${scope.conversationIds}::uuid[])`;
  if ('listingId' in scope && 'buyerId' in scope)
    return sql`c.listing_id = ${scope.listingId} and c.buyer_id = ${scope.buyerId}`;
  if ('listingId' in scope) return sql`c.listing_id = ${scope.listingId}`;
  if ('buyerId' in scope) return sql`c.buyer_id = ${scope.buyerId}`;
  return sql`c.store_id = ${scope.storeId}`;
}

// What each conversation is found by. The store's people look for the buyer, hence `buyer_search`; the buyer for the store.
const foundBy = `select c.id, c.buyer_id, c.store_id,
    parley_fold(concat_ws(E'\\n', b.name, l.title, o.numbers)) as buyer_search,
    parley_fold(concat_ws(E'\\n', s.name, l.title, o.numbers)) as store_search
  from conversations c
    join users b on b.id = c.buyer_id join listings l on l.id = c.listing_id join stores s on s.id = c.store_id
    left join lateral (select string_agg(coalesce(o.number, o.id), E'\\n' order by o.created_at, o.id) as numbers
      from orders o where o.listing_id = c.listing_id and o.buyer_id = c.buyer_id) o on true`;
const sought = sql.raw(foundBy);

/** SQL that fills an empty `conversation_search` for all conversations. */
export const fillSearch = `insert into conversation_search (conversation_id, buyer_id, store_id, buyer_search, store_search) ${foundBy}`;

/** The signature of what a seat `p` is found by, as SQL beside `conversation_search k`. */
export const seatSignature = `parley_signature(case p.side when 'store' then k.buyer_search else k.store_search end)`;
const signature = sql.raw(seatSignature);

/** Those of a scope whose search columns do not say what the mirror says, as SQL that selects ids. */
export function staleSearch(scope: Scope): RawBuilder<{ id: string }> {
  return sql`select x.id from (${sought} where ${inScope(scope)}) x left join conversation_search k on k.conversation_id = x.id
    where (k.buyer_search, k.store_search) is distinct from (x.buyer_search, x.store_search)`;
}

/**
 * Writes what new conversations are found by: the buyer's name (for the store's people) or the store's (for the buyer), the listing's
 * title and the orders' numbers. In the transaction that made them names that change at the same moment wait for its commit, and so
 * see them.
 */
export async function beginSearch(trx: Kysely<Tables>, conversationIds: readonly string[]): Promise<void> {
  await lockConversations(trx, conversationIds);
  await sql`select 1 from conversations c join users b on b.id = c.buyer_id join listings l on l.id = c.listing_id
    join stores s on s.id = c.store_id where ${inScope({ conversationIds })} order by c.id for share of b, l, s`.execute(
    trx,
  );
  await writeSearch(trx, conversationIds);
}

/**
 * Locks conversations against the journal, in the order of their ids, as it does; the lock is a statement of its own, so that the next one
 * reads what it waited for.
 */
export async function lockConversations(
  trx: Kysely<Tables>,
  conversationIds: readonly string[],
): Promise<void> {
  await sql`select c.id from conversations c where ${inScope({ conversationIds })}
    order by c.id for no key update`.execute(trx);
}

/** Writes anew what conversations are found by, and their seats' signatures; the conversations are locked already. */
export async function writeSearch(trx: Kysely<Tables>, conversationIds: readonly string[]): Promise<void> {
  await sql`insert into conversation_search as k (conversation_id, buyer_id, store_id, buyer_search, store_search)
    ${sought} where ${inScope({ conversationIds })}
    on conflict (conversation_id) do update set buyer_search = excluded.buyer_search, store_search = excluded.store_search
    where (k.buyer_search, k.store_search) is distinct from (excluded.buyer_search, excluded.store_search)`.execute(
    trx,
  );
  await sql`update participants p set search_signature = x.signature from (
      select p.user_id, p.conversation_id, ${signature} as signature
      from conversation_search k join participants p using (conversation_id)
      where k.conversation_id = any(${conversationIds}::uuid[]) offset 0) x
    where p.user_id = x.user_id and p.conversation_id = x.conversation_id and p.search_signature <> x.signature`.execute(
    trx,
  );
}
