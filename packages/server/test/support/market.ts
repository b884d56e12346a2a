import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Context } from '../../src/actions/action.ts';
import { createKysely } from '../../src/db/pool.ts';
import { writeSearch } from '../../src/db/search-columns.ts';
import type { Tables } from '../../src/db/tables.ts';

/** John, a buyer; Sarah and Tom of Clay & Co; all with addresses. */
export async function seedMarket(pool: pg.Pool): Promise<void> {
  await pool.query(`insert into users (id, name, email, time_zone) values
    ('john', 'John D.', 'john@buyers.test', 'Europe/Lisbon'), ('sarah', 'Sarah', 'sarah@clay.test', 'Europe/Lisbon'),
    ('tom', 'Tom', 'tom@clay.test', null)`);
  await pool.query(`insert into stores (id, name) values ('clay', 'Clay & Co')`);
  await pool.query(`insert into store_members values ('clay', 'sarah')`);
}

/** A conversation about a bowl, between John and Clay & Co with Sarah, which a search finds; answers its id. */
export async function addConversation(
  pool: pg.Pool,
  facts: { buyer?: string; title?: string; imageUrl?: string | null; sellers?: readonly string[] } = {},
): Promise<string> {
  const id = randomUUID();
  const { buyer = 'john', title = 'Pottery Bowl', imageUrl = null, sellers = ['sarah'] } = facts;
  await pool.query(
    `insert into listings (id, store_id, title, image_url, price_amount, price_currency) values ($1, 'clay', $2, $3, 4200, 'EUR')`,
    [id, title, imageUrl],
  );
  await pool.query(
    `insert into conversations (id, listing_id, buyer_id, store_id) values ($1::uuid, $1::uuid::text, $2, 'clay')`,
    [id, buyer],
  );
  await pool.query(`insert into participants (user_id, conversation_id, side) values ($2, $1, 'buyer')`, [
    id,
    buyer,
  ]);
  for (const seller of sellers)
    await pool.query(`insert into participants (user_id, conversation_id, side) values ($2, $1, 'store')`, [
      id,
      seller,
    ]);
  await writeSearch(createKysely<Tables>(pool), [id]);
  return id;
}

/** Sends a text through the journal. */
export async function say(
  context: Context,
  conversationId: string,
  author: string,
  body: string,
): Promise<number> {
  const entry = { conversationId, kind: 'text' as const, author, body, data: null, clientId: randomUUID() };
  const { message } = await context.journal.append(entry);
  return message.seq;
}
