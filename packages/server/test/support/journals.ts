import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { ProblemError } from '@parley/protocol';
import { createTestDatabase } from '../../../../test/support/database.ts';
import type { BusEvent } from '../../src/bus/bus.ts';
import { createPostgresBus } from '../../src/bus/postgres.ts';
import { createKysely, createPool } from '../../src/db/pool.ts';
import type { Tables } from '../../src/db/tables.ts';
import { createJournal, type JournalOptions } from '../../src/journal/create-journal.ts';
import type { Entry, Journal } from '../../src/journal/journal.ts';

const log = pino({ level: 'silent' });

/** Two nodes' journals over one database, with a buyer (john), a store (clay: sarah, tom) and a stranger (eve). */
export interface Journals {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly journal: Journal;
  readonly other: Journal;
  /** What the journals have told. */
  readonly heard: BusEvent[];
  /** A journal of its own, that tells nobody. */
  create(options: Partial<JournalOptions>): Journal;
  /** A connection that is none of the journals', in a transaction, which a statement has begun. `end` closes it. */
  startTransaction(sql: string): Promise<pg.Client>;
  makeConversation(): Promise<string>;
  seqs(conversationId: string): Promise<number[]>;
  /** On a connection that is none of the journals'. */
  query(sql: string): Promise<unknown[]>;
  close(): Promise<void>;
}

export async function startJournals(): Promise<Journals> {
  const database = await createTestDatabase();
  const pool = createPool(database.url, { pipeline: true });
  const db = createKysely<Tables>(pool);
  const bus = await createPostgresBus({ connectionString: database.url, db, log });
  const heard: BusEvent[] = [];
  bus.subscribe((event) => heard.push(event));
  const journal = createJournal({ pool, bus, log, notifyDelay: 30 });
  const other = createJournal({ pool, bus, log, notifyDelay: 30 });
  await pool.query(
    `insert into users (id, name) values ('john', 'John'), ('sarah', 'Sarah'), ('tom', 'Tom'), ('eve', 'Eve')`,
  );
  await pool.query(`insert into stores (id, name) values ('clay', 'Clay & Co')`);
  await pool.query(`insert into store_members values ('clay', 'sarah'), ('clay', 'tom')`);
  return {
    url: database.url,
    pool,
    journal,
    other,
    heard,
    create: (options) => {
      const silent = {
        publish: () => undefined,
        subscribe: () => () => undefined,
        close: () => Promise.resolve(),
      };
      return createJournal({ pool, bus: silent, log, notifyDelay: 1, ...options });
    },
    async startTransaction(statement) {
      const client = new pg.Client({ connectionString: database.url, application_name: 'stranger' });
      await client.connect();
      await client.query('begin');
      await client.query(statement);
      return client;
    },
    makeConversation: () => makeConversation(pool),
    async seqs(conversationId) {
      const { rows } = await pool.query<{ seq: number }>(
        'select seq from messages where conversation_id = $1 order by seq',
        [conversationId],
      );
      return rows.map((row) => row.seq);
    },
    async query(statement) {
      const client = new pg.Client({ connectionString: database.url, application_name: 'test' });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(statement)).rows;
      } finally {
        await client.end();
      }
    },
    async close() {
      await Promise.all([journal.close(), other.close()]);
      await bus.close();
      await pool.end();
      await database.drop();
    },
  };
}

async function makeConversation(pool: pg.Pool): Promise<string> {
  const id = randomUUID();
  await pool.query(`insert into listings (id, store_id, title) values ($1, 'clay', 'Bowl')`, [id]);
  await pool.query(
    `insert into conversations (id, listing_id, buyer_id, store_id) values ($1::uuid, $1::uuid::text, 'john', 'clay')`,
    [id],
  );
  await pool.query(
    `insert into participants (user_id, conversation_id, side) values ('john', $1, 'buyer'), ('sarah', $1, 'store'), ('tom', $1, 'store')`,
    [id],
  );
  return id;
}

export function text(
  conversationId: string,
  author: string,
  body: string,
  clientId: string = randomUUID(),
): Entry {
  return { conversationId, kind: 'text', author, body, data: null, clientId };
}

/** The code of the problem with which a promise rejects, or `none`. */
export async function problemCode(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProblemError) return error.code;
    throw error;
  }
  return 'none';
}
