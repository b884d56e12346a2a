import pg from 'pg';
import type { BenchOptions } from '../options.ts';
import type { Service } from '../service.ts';
import { figure } from '../statistics.ts';

const statement = `with moved as (update bench_conversations set last_seq = last_seq + 1 where id = $1 returning last_seq)
  insert into bench_messages select $1, last_seq, $2 from moved`;

/** What PostgreSQL alone does here, by the same driver: one statement and one commit a message. */
export async function limits(service: Service, options: BenchOptions): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: service.connectionString, max: 16 });
  await pool.query(`create table bench_conversations (id int primary key, last_seq int not null default 0);
    create table bench_messages (conversation_id int, seq int, body text, primary key (conversation_id, seq));
    insert into bench_conversations select n from generate_series(1, 50) n`);
  const lines: string[] = [];
  for (const clients of [1, 16]) {
    const perSecond = await insertAlone(pool, clients, Math.max(2, options.seconds / 2));
    lines.push(
      `PostgreSQL alone, one statement a message, ${clients} client${clients === 1 ? '' : 's'}: ${figure(perSecond)} messages/s`,
    );
  }
  await pool.query('drop table bench_messages, bench_conversations');
  await pool.end();
  return lines;
}

async function insertAlone(pool: pg.Pool, clients: number, seconds: number): Promise<number> {
  const started = performance.now();
  const until = started + seconds * 1000;
  let count = 0;
  const work = async (client: number): Promise<void> => {
    while (performance.now() < until) {
      await pool.query({
        name: 'alone',
        text: statement,
        values: [1 + ((client * 7 + count) % 50), 'x'.repeat(100)],
      });
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_none, client) => work(client)));
  return count / ((performance.now() - started) / 1000);
}
