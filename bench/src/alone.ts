import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pgbench } from './pgbench.ts';
import { makePairs, type Pair } from './people.ts';
import type { Service } from './service.ts';

/** What PostgreSQL alone does here, by the same driver: one statement and one commit a message, without the service. */
export interface Alone {
  /** Messages a second of so many clients, each waiting for its commit, over 50 conversations. */
  perSecond(what: Work, clients: number, seconds: number): Promise<number>;
  /** The same for a bare row by `pgbench` with its defaults, which prepares nothing; NaN where there is none on this machine. */
  byPgbench(clients: number, seconds: number): Promise<number>;
  close(): Promise<void>;
}

/** `bare`: a counter and a row of three columns. `whole`: all that a message of Parley's changes, in its own tables. */
export type Work = 'bare' | 'whole';

export const meanings: Readonly<Record<Work, string>> = {
  bare: 'a counter and a row',
  whole: 'head, both seats and the message, in these tables',
};

const bare = (id: string, body: string): string =>
  `with moved as (update bench_conversations set last_seq = last_seq + 1 where id = ${id} returning last_seq)
  insert into bench_messages select ${id}, last_seq, ${body} from moved`;

// What the journal writes for a buyer's text. Nothing is checked: no seat, no block, no repeated clientId.
const whole = `with head as (
    update conversations set last_seq = last_seq + 1, last_at = now(), head_seq = last_seq + 1, head_kind = 'text', head_text = $2,
      head_side = 'buyer', head_author = buyer_id, head_at = now(), asked_at = coalesce(asked_at, now())
    where id = $1 returning id, last_seq, buyer_id
  ), seats as (
    update participants p set last_at = now(), archived = false,
      unread = case when p.user_id = head.buyer_id then 0 else p.unread + 1 end,
      read_seq = case when p.user_id = head.buyer_id then head.last_seq else p.read_seq end,
      needs_reply = p.user_id <> head.buyer_id,
      notify_at = case when p.user_id = head.buyer_id then null else coalesce(p.notify_at, now() + interval '5 minutes') end
    from head where p.conversation_id = head.id
  )
  insert into messages (conversation_id, seq, kind, author, side, body, client_id, created_at)
  select id, last_seq, 'text', buyer_id, 'buyer', $2, $3, now() from head`;

const text = 'x'.repeat(100);

/** Makes tables and conversations for it, and holds 16 connections. */
export async function prepareAlone(service: Service): Promise<Alone> {
  const pool = new pg.Pool({ connectionString: service.connectionString, max: 16 });
  await pool.query(`create table bench_conversations (id int primary key, last_seq int not null default 0);
    create table bench_messages (conversation_id int, seq int, body text, primary key (conversation_id, seq));
    insert into bench_conversations select n from generate_series(1, 50) n`);
  const pairs = await makePairs(service, 50, 'alone');
  const queries: Readonly<Record<Work, (turn: number) => pg.QueryConfig>> = {
    bare: (turn) => ({ name: 'bare', text: bare('$1', '$2'), values: [1 + (turn % 50), text] }),
    whole: (turn) => ({
      name: 'whole',
      text: whole,
      values: [conversationOf(pairs, turn), text, randomUUID()],
    }),
  };
  return {
    perSecond: (what, clients, seconds) => insert(pool, queries[what], clients, seconds),
    byPgbench: (clients, seconds) =>
      pgbench(
        service.connectionString,
        `\\set id random(1, 50)\n${bare(':id', `'${text}'`)};`,
        clients,
        seconds,
      ),
    async close() {
      await pool.query('drop table bench_messages, bench_conversations');
      await pool.end();
    },
  };
}

function conversationOf(pairs: readonly Pair[], turn: number): string {
  return pairs[turn % pairs.length]?.conversationId ?? '';
}

async function insert(
  pool: pg.Pool,
  query: (turn: number) => pg.QueryConfig,
  clients: number,
  seconds: number,
): Promise<number> {
  const started = performance.now();
  const until = started + seconds * 1000;
  let count = 0;
  const work = async (client: number): Promise<void> => {
    while (performance.now() < until) {
      await pool.query(query(client * 7 + count));
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_none, client) => work(client)));
  return count / ((performance.now() - started) / 1000);
}
