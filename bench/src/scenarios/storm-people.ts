import type pg from 'pg';
import { inTens, tokenFor } from '../people.ts';
import type { Service } from '../service.ts';
import { withClient } from '../with-client.ts';

/** Somebody whose connection is cut, and the conversation in which they miss something meanwhile. */
export interface Returner {
  readonly token: string;
  /** Their conversations, and how far each is known. */
  readonly positions: Map<string, number>;
}

/** A seller who goes on sending: to `friend`, who stays, and to those who come back. */
export interface Sender {
  readonly token: string;
  readonly friendToken: string;
  readonly friendConversation: string;
  readonly conversations: readonly string[];
}

const sellers = 50;
/** Conversations of each who comes back, each with another seller. */
const conversationsEach = 10;
const messagesEach = 10;

/** Writes stores, listings, people and what they have said, by SQL: by the API it would take minutes. The rows are what the journal writes. */
export async function fillStorm(
  service: Service,
  count: number,
): Promise<{ returners: Returner[]; senders: Sender[] }> {
  const rows = await withClient(service.connectionString, async (client) => {
    await writeMarket(client, count);
    await writeConversations(client, count);
    await client.query('vacuum analyze');
    return (await client.query<ConversationRow>('select id, buyer_id, store_id from conversations')).rows;
  });
  return readPeople(service, count, rows);
}

/** People, stores and listings. */
async function writeMarket(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `insert into users (id, name) select 'seller-' || n, 'Seller ' || n from generate_series(0, $1::int - 1) n
     union all select 'friend-' || n, 'Friend ' || n from generate_series(0, $1::int - 1) n
     union all select 'back-' || n, 'Buyer ' || n from generate_series(0, $2::int - 1) n`,
    [sellers, count],
  );
  await client.query(
    `insert into stores (id, name) select 'store-' || n, 'Store ' || n from generate_series(0, $1::int - 1) n`,
    [sellers],
  );
  await client.query(
    `insert into store_members select 'store-' || n, 'seller-' || n from generate_series(0, $1::int - 1) n`,
    [sellers],
  );
  await client.query(
    `insert into listings (id, store_id, title) select 'listing-' || n, 'store-' || n, 'Bowl ' || n from generate_series(0, $1::int - 1) n`,
    [sellers],
  );
}

/** Conversations with their messages and seats, between `back-…` and `friend-…` and the sellers. */
async function writeConversations(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `insert into conversations (id, listing_id, buyer_id, store_id, last_seq, last_at, head_seq, head_kind, head_text, head_side, head_author, head_at)
     select gen_random_uuid(), 'listing-' || seller, buyer, 'store-' || seller, $3::int, at, $3::int, 'text', repeat('x', 100), 'buyer', buyer, at
     from (select 'back-' || n as buyer, (n + i * 5) % $1::int as seller, date_trunc('milliseconds', now() - n * interval '1 second') as at
         from generate_series(0, $2::int - 1) n, generate_series(0, $4::int - 1) i
       union all select 'friend-' || n, n, date_trunc('milliseconds', now()) from generate_series(0, $1::int - 1) n) c`,
    [sellers, count, messagesEach, conversationsEach],
  );
  await client.query(
    `insert into conversation_search select c.id, c.buyer_id, c.store_id, parley_fold(b.name || ' bowl'), parley_fold('store bowl')
     from conversations c join users b on b.id = c.buyer_id`,
  );
  await client.query(
    `insert into messages (conversation_id, seq, kind, author, side, body, created_at)
     select id, n, 'text', buyer_id, 'buyer', repeat('x', 100), last_at from conversations, generate_series(1, $1::int) n`,
    [messagesEach],
  );
  await client.query(
    `insert into participants (user_id, conversation_id, side, last_at, unread, needs_reply)
     select x.user_id, c.id, x.side, c.last_at, x.unread, x.unread > 0
     from conversations c join store_members m on m.store_id = c.store_id,
       lateral (values (c.buyer_id, 'buyer', 0), (m.user_id, 'store', $1::int)) x(user_id, side, unread)`,
    [messagesEach],
  );
}

interface ConversationRow {
  readonly id: string;
  readonly buyer_id: string;
  readonly store_id: string;
}

async function readPeople(
  service: Service,
  count: number,
  rows: readonly ConversationRow[],
): Promise<{ returners: Returner[]; senders: Sender[] }> {
  const positions = new Map<string, Map<string, number>>();
  const written = new Map<string, string[]>();
  const friends = new Map<string, string>();
  for (const { id, buyer_id: buyer, store_id: store } of rows) {
    if (buyer.startsWith('friend-')) friends.set(store, id);
    else {
      positions.set(buyer, (positions.get(buyer) ?? new Map<string, number>()).set(id, messagesEach));
      written.set(store, [...(written.get(store) ?? []), id]);
    }
  }
  const returners = await inTens(count, async (index) => ({
    token: await tokenFor(service, `back-${index}`),
    positions: positions.get(`back-${index}`) ?? new Map<string, number>(),
  }));
  const senders = await inTens(sellers, async (index) => ({
    token: await tokenFor(service, `seller-${index}`),
    friendToken: await tokenFor(service, `friend-${index}`),
    friendConversation: friends.get(`store-${index}`) ?? '',
    conversations: written.get(`store-${index}`) ?? [],
  }));
  return { returners, senders };
}
