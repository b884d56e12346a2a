import { randomUUID } from 'node:crypto';
import { Agent, get } from 'node:http';
import type pg from 'pg';
import { seatSignature } from '../../../packages/server/src/db/search-columns.ts';
import { makePair, tokenFor, type Pair } from '../people.ts';
import type { Service } from '../service.ts';
import { milliseconds, percentiles, type Percentiles } from '../statistics.ts';
import { withClient } from '../with-client.ts';

const conversations = 1_000;
const messages = 10_000;
const tries = 1_000;
/** A service that runs has compiled what it does often. */
const warmUp = 300;

/** Inbox page and newest messages over HTTP, with a seller of 1,000 conversations and one conversation of 10,000 messages. */
export async function reads(service: Service): Promise<string[]> {
  const pair = await makePair(service, 'read');
  await withClient(service.connectionString, (client) => fill(client, pair));
  const token = await tokenFor(service, pair.sellerId);
  const inbox = await time(service, token, '/v1/inbox');
  const newest = await time(service, token, `/v1/conversations/${pair.conversationId}/messages`);
  const older = await time(service, token, `/v1/conversations/${pair.conversationId}/messages?before=5000`);
  const search = await time(service, token, '/v1/inbox?q=buyer%207');
  return [
    `inbox page of 50, ${conversations} conversations: ${milliseconds(inbox)}`,
    `inbox search by name: ${milliseconds(search)}`,
    `newest 50 of ${messages} messages: ${milliseconds(newest)}`,
    `50 older messages from the middle: ${milliseconds(older)}`,
  ];
}

/** Fills by SQL what would take minutes by the API; the rows are what the journal writes. */
async function fill(client: pg.Client, pair: Pair): Promise<void> {
  await client.query(
    `insert into users (id, name) select 'r' || n, 'Buyer ' || n from generate_series(1, $1) n`,
    [conversations],
  );
  await client.query(
    `insert into conversations (id, listing_id, buyer_id, store_id, last_seq, last_at, head_seq, head_kind, head_text, head_side, head_author, head_at)
     select gen_random_uuid(), c.listing_id, 'r' || n, c.store_id, 1, now() - n * interval '1 minute', 1, 'text', 'Is it still there?', 'buyer', 'r' || n,
       now() - n * interval '1 minute'
     from conversations c, generate_series(1, $2) n where c.id = $1`,
    [pair.conversationId, conversations - 1],
  );
  await client.query(
    `insert into conversation_search select c.id, c.buyer_id, c.store_id, parley_fold(b.name || ' bowl'), parley_fold('store bowl')
     from conversations c join users b on b.id = c.buyer_id where c.buyer_id like 'r%'`,
  );
  await client.query(
    `insert into messages (conversation_id, seq, kind, author, side, body, created_at)
     select id, 1, 'text', buyer_id, 'buyer', 'Is it still there?', last_at from conversations where buyer_id like 'r%'`,
  );
  await client.query(
    `insert into participants (user_id, conversation_id, side, last_at, unread) select x.user_id, c.id, x.side, date_trunc('milliseconds', c.last_at), x.unread
     from conversations c, lateral (values (c.buyer_id, 'buyer', 0), ($1, 'store', 1)) x(user_id, side, unread) where c.buyer_id like 'r%'`,
    [pair.sellerId],
  );
  await client.query(
    `update participants p set search_signature = ${seatSignature} from conversation_search k where k.conversation_id = p.conversation_id`,
  );
  await client.query(
    `insert into messages (conversation_id, seq, kind, author, side, body, client_id, created_at)
     select $1::uuid, n, 'text', $2::text, 'buyer', repeat('x', 100), $3::text || n, now() from generate_series(2, $4::int) n`,
    [pair.conversationId, pair.buyerId, randomUUID(), messages],
  );
  await client.query('update conversations set last_seq = $2 where id = $1', [pair.conversationId, messages]);
  await client.query('analyze');
}

async function time(service: Service, token: string, path: string): Promise<Percentiles> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let index = 0; index < tries + warmUp; index += 1) {
    const started = performance.now();
    await read(`${service.url}${path}`, token, agent);
    if (index >= warmUp) times.push(performance.now() - started);
  }
  agent.destroy();
  return percentiles(times);
}

/** By the plain client: `fetch` takes 0.2 ms of its own, which would be counted as the service's. */
function read(url: string, token: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${answer.statusCode ?? 0}`)),
      );
    });
    call.on('error', reject);
  });
}
