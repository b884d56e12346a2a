import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Conversation, UnreadTotals } from '@parley/protocol';
import type { TimePosition } from './cursor.ts';
import { searchSeats } from './inbox-search.ts';
import { planOnce } from './plan-once.ts';
import type { Term } from './search.ts';
import { presentConversation, type ConversationRow } from './present.ts';
import type { Tables } from './tables.ts';

/** Columns of a conversation's head, for `headJoins`. */
export const headColumns = sql`c.id, c.status, c.created_at, c.last_seq, c.last_at,
  c.head_seq, c.head_kind, c.head_text, c.head_side, c.head_author, c.head_at,
  case when c.head_text = '' then (select jsonb_path_query_array(m.data, '$.attachments[*].type') from messages m
    where m.conversation_id = c.id and m.seq = c.head_seq) end as head_types,
  l.id as listing_id, l.title, l.url as listing_url, l.image_url as listing_image, l.price_amount, l.price_currency,
  b.id as buyer_id, b.name as buyer_name, b.avatar_url, s.id as store_id, s.name as store_name, s.image_url as store_image,
  (select json_agg(json_build_object('id', o.id, 'number', o.number, 'status', o.status, 'total_amount', o.total_amount,
      'total_currency', o.total_currency, 'url', o.url, 'placed_at', o.placed_at) order by o.created_at desc, o.id)
    from orders o where o.listing_id = c.listing_id and o.buyer_id = c.buyer_id) as orders`;

/** What `headColumns` reads from, beside `conversations c`. */
export const headJoins = sql`join listings l on l.id = c.listing_id join users b on b.id = c.buyer_id join stores s on s.id = c.store_id`;

const seatColumns = sql`p.side, p.read_seq, p.unread, p.needs_reply, p.muted, p.archived,
  (select json_agg(json_build_array(o.user_id, o.read_seq)) from participants o
    where o.conversation_id = c.id and o.user_id <> p.user_id) as others,
  exists (select 1 from blocks x where x.user_id = c.buyer_id and (x.target_id = c.store_id
    or x.target_id in (select o.user_id from participants o where o.conversation_id = c.id and o.side = 'store'
      and (p.side = 'buyer' or o.user_id = p.user_id)))) as buyer_blocks,
  exists (select 1 from blocks x join participants o on o.conversation_id = c.id and o.user_id = x.user_id and o.side = 'store'
    where x.target_id = c.buyer_id) as store_blocks`;

/** A conversation's row, as `loadSeats` reads it. */
type SeatRow = ConversationRow & { seat_last_at: Date; totals: string | null };

/** A person's inbox: a page, where the next one begins, how much is unread in all. */
export interface LoadedInbox {
  readonly items: Conversation[];
  readonly next: TimePosition | null;
  readonly unread: UnreadTotals;
}

/**
 * Conversations as one person sees them. `seats` is the SQL that chooses among that person's own seats, as rows of `participants`,
 * in the order of the answer; every reading of conversations by participants goes through here, so each carries its asker. `totals` is
 * the SQL for what each row says of them all, `more` that for further columns.
 */
async function loadSeats<More = unknown>(
  db: Kysely<Tables>,
  seats: RawBuilder<unknown>,
  totals: RawBuilder<unknown> = sql`null::text`,
  more: RawBuilder<unknown> = sql``,
): Promise<(SeatRow & More)[]> {
  const query = sql<SeatRow & More>`${planOnce}with p as materialized (${seats})
    select ${headColumns}, ${seatColumns}, p.last_at as seat_last_at, ${totals} as totals ${more}
    from p join conversations c on c.id = p.conversation_id ${headJoins}
    order by p.last_at desc, p.conversation_id desc`;
  return (await query.execute(db)).rows;
}

/** One conversation as this person sees it, or null when they have no seat in it. */
export async function loadConversation(
  db: Kysely<Tables>,
  userId: string,
  id: string,
): Promise<Conversation | null> {
  const rows = await loadSeats(
    db,
    sql`select * from participants where user_id = ${userId} and conversation_id = ${id}::uuid`,
  );
  const row = rows[0];
  return row === undefined ? null : presentConversation(row);
}

export interface InboxQuery {
  readonly userId: string;
  readonly filter: 'all' | 'unread' | 'needs-reply' | 'archived';
  /** What the other side's name, the title or an order's number must hold; none for all conversations. */
  readonly terms: readonly Term[];
  readonly limit: number;
  readonly after: TimePosition | null;
  /** A link's session sees this one conversation. */
  readonly onlyConversation: string | null;
}

/**
 * A page of somebody's inbox, where the next one begins, and how much is unread in all. Page and totals are of one moment, one
 * statement: who keeps both current from what is pushed could not tell otherwise whether a message is in both, in one or in none.
 */
export async function loadInboxPage(db: Kysely<Tables>, query: InboxQuery): Promise<LoadedInbox> {
  const rows = await loadSeats(
    db,
    query.terms.length === 0 ? newestSeats(query) : await soughtSeats(db, query),
    sql`(${countUnread(query)})`,
  );
  return {
    ...presentPage(rows, query.limit),
    unread: totalsOf(rows) ?? (await loadUnreadTotals(db, query.userId, query.onlyConversation)),
  };
}

/** An inbox's first page, and in the same statement others of the person's conversations that are not in it. */
export async function loadFirstPage(
  db: Kysely<Tables>,
  named: Pick<InboxQuery, 'userId' | 'limit' | 'onlyConversation'>,
  besides: readonly string[],
): Promise<LoadedInbox & { besides: Conversation[] }> {
  const query: InboxQuery = { ...named, filter: 'all', terms: [], after: null };
  const seats = sql`with page as (${newestSeats(query)}) select page.*, true as listed from page
    union all select p.*, false from (${namedSeats(seatConditions(query), besides)}) p
      where p.conversation_id not in (select conversation_id from page)`;
  const rows = await loadSeats<{ listed: boolean }>(db, seats, sql`(${countUnread(query)})`, sql`, p.listed`);
  const wanted = new Set(besides);
  const page = rows.filter((row) => row.listed);
  const others = [...page.slice(query.limit), ...rows.filter((row) => !row.listed)];
  return {
    ...presentPage(page, query.limit),
    // Who has no row here has nothing to read outside of the archive.
    unread: totalsOf(rows) ?? { conversations: 0, messages: 0 },
    besides: others.filter(({ id }) => wanted.has(id)).map(presentConversation),
  };
}

/** Every row carries the totals, two numbers as a text, so that they are read once. Null where there is no row. */
function totalsOf(rows: readonly { totals: string | null }[]): UnreadTotals | null {
  const [conversations, messages] = (rows[0]?.totals ?? '').split(' ').map(Number);
  return conversations === undefined || messages === undefined ? null : { conversations, messages };
}

/** Rows are one more than the page where there is another page. */
function presentPage(rows: readonly SeatRow[], limit: number): Pick<LoadedInbox, 'items' | 'next'> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(presentConversation),
    next: last === undefined ? null : { at: last.seat_last_at.toISOString(), id: last.id },
  };
}

function newestSeats(query: InboxQuery): RawBuilder<unknown> {
  return sql`select p.* from participants p join conversations c on c.id = p.conversation_id
    where c.last_seq > 0 and ${filterCondition(query.filter)} and ${seatConditions(query)}
    order by p.last_at desc, p.conversation_id desc limit ${query.limit + 1}`;
}

async function soughtSeats(db: Kysely<Tables>, query: InboxQuery): Promise<RawBuilder<unknown>> {
  const conditions = seatConditions(query);
  // A search looks into the archive too: who searches for an old conversation wants to find it.
  const filter = query.filter === 'all' ? null : filterCondition(query.filter);
  const { userId, terms, limit } = query;
  const ids = await searchSeats(db, { userId, terms, limit: limit + 1, filter, conditions });
  return namedSeats(sql<boolean>`p.user_id = ${userId}`, ids);
}

/** Each is looked up by itself: a plan for any list of them would rather look through somebody's whole inbox. */
function namedSeats(conditions: RawBuilder<boolean>, ids: readonly string[]): RawBuilder<unknown> {
  return sql`select p.* from unnest(${ids}::uuid[]) as named(id) cross join lateral (
    select * from participants p where ${conditions} and p.conversation_id = named.id offset 0) p`;
}

/** That the seat is the asker's, and on this page. */
function seatConditions(query: InboxQuery): RawBuilder<boolean> {
  const conditions = [sql`p.user_id = ${query.userId}`];
  if (query.after !== null)
    conditions.push(
      sql`(p.last_at, p.conversation_id) < (${query.after.at}::timestamptz, ${query.after.id}::uuid)`,
    );
  if (query.onlyConversation !== null)
    conditions.push(sql`p.conversation_id = ${query.onlyConversation}::uuid`);
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

function filterCondition(filter: InboxQuery['filter']): RawBuilder<boolean> {
  switch (filter) {
    case 'all':
      return sql`not p.archived`;
    case 'unread':
      return sql`p.unread > 0 and not p.archived`;
    case 'needs-reply':
      return sql`p.needs_reply and not p.archived`;
    case 'archived':
      return sql`p.archived`;
  }
}

/** What a badge shows: conversations with something unread, and how much; the archive aside. */
export async function loadUnreadTotals(
  db: Kysely<Tables>,
  userId: string,
  onlyConversation: string | null,
): Promise<UnreadTotals> {
  const count = countUnread({ userId, onlyConversation });
  const { rows } = await sql<{ totals: string }>`select (${count}) as totals`.execute(db);
  return totalsOf(rows) ?? { conversations: 0, messages: 0 };
}

function countUnread({
  userId,
  onlyConversation,
}: Pick<InboxQuery, 'userId' | 'onlyConversation'>): RawBuilder<unknown> {
  return sql`select count(*) || ' ' || coalesce(sum(unread), 0) from participants
    where user_id = ${userId} and unread > 0 and not archived
      and (${onlyConversation}::uuid is null or conversation_id = ${onlyConversation}::uuid)`;
}
