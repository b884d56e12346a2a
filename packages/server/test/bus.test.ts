import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { Bus, BusEvent } from '../src/bus/bus.ts';
import { hintsOf, payloadsOf, readPayload } from '../src/bus/hints.ts';
import { createPostgresBus } from '../src/bus/postgres.ts';
import { createKysely, createPool } from '../src/db/pool.ts';
import type { MessageRow, Tables } from '../src/db/tables.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let pool: pg.Pool;
let [near, far]: Bus[] = [];
const heardNear: BusEvent[] = [];
const heardFar: BusEvent[] = [];
const conversationId = randomUUID();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  const options = { connectionString: database.url, db: createKysely<Tables>(pool), log };
  near = await createPostgresBus(options);
  far = await createPostgresBus(options);
  near.subscribe((event) => heardNear.push(event));
  far.subscribe((event) => heardFar.push(event));
  await pool.query(`insert into users (id, name) values ('john', 'John'), ('sarah', 'Sarah')`);
  await pool.query(`insert into stores (id, name) values ('clay', 'Clay')`);
  await pool.query(`insert into listings (id, store_id, title) values ('bowl', 'clay', 'Bowl')`);
  await pool.query(
    `insert into conversations (id, listing_id, buyer_id, store_id) values ($1, 'bowl', 'john', 'clay')`,
    [conversationId],
  );
  await pool.query(
    `insert into participants (user_id, conversation_id, side) values ('john', $1, 'buyer'), ('sarah', $1, 'store')`,
    [conversationId],
  );
});

afterAll(async () => {
  await near?.close();
  await far?.close();
  await pool.end();
  await database.drop();
});

function message(seq: number, body: string): MessageRow {
  return {
    conversation_id: conversationId,
    seq,
    kind: 'text',
    author: 'john',
    side: 'buyer',
    body,
    data: null,
    client_id: null,
    created_at: new Date('2026-01-02T03:04:05.678Z'),
    edited_at: null,
    redacted_at: null,
  };
}

async function store(row: MessageRow): Promise<void> {
  await pool.query(
    `insert into messages (conversation_id, seq, kind, author, side, body, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [row.conversation_id, row.seq, row.kind, row.author, row.side, row.body, row.created_at],
  );
}

function sent(row: MessageRow): BusEvent {
  return { type: 'message.sent', recipients: ['john', 'sarah'], message: row, authorName: 'John' };
}

describe('the bus', () => {
  test('gives a node its own events at once, in order, and the other node what the database says', async () => {
    const rows = Array.from({ length: 200 }, (_none, index) => message(index + 1, 'x'.repeat(5000)));
    for (const row of rows) await store(row);
    near?.publish(rows.map(sent));
    expect(heardNear.map((event) => (event.type === 'message.sent' ? event.message.seq : 0))).toEqual(
      rows.map((row) => row.seq),
    );
    await vi.waitFor(() => expect(heardFar).toHaveLength(200));
    expect(heardFar.map((event) => (event.type === 'message.sent' ? event.message.seq : 0))).toEqual(
      rows.map((row) => row.seq),
    );
    expect(heardFar[0]).toMatchObject({
      recipients: expect.arrayContaining(['john', 'sarah']) as unknown,
      authorName: 'John',
      message: rows[0],
    });
    expect(heardNear).toHaveLength(200);
  });

  test('carries every other event', async () => {
    heardFar.length = 0;
    const events: BusEvent[] = [
      { type: 'conversation.read', recipients: ['john', 'sarah'], conversationId, userId: 'sarah', seq: 3 },
      { type: 'conversation.typed', recipients: ['john'], conversationId, userId: 'sarah' },
      { type: 'conversation.changed', recipients: ['john'], conversationId },
      { type: 'user.barred', recipients: ['sarah'] },
    ];
    near?.publish(events);
    await vi.waitFor(() => expect(heardFar).toEqual(events));
  });

  test('a broken connection is made again, and whoever is connected is told to sync', async () => {
    heardFar.length = 0;
    await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley-bus' and datname = current_database()`,
    );
    await vi.waitFor(() => expect(heardFar).toContainEqual({ type: 'bus.interrupted' }), { timeout: 5_000 });
    near?.publish([{ type: 'user.barred', recipients: ['sarah'] }]);
    await vi.waitFor(() => expect(heardFar).toContainEqual({ type: 'user.barred', recipients: ['sarah'] }));
  });
});

describe('payloads', () => {
  test('stay below what PostgreSQL takes, keep the order, and are not read by their own sender', () => {
    const recipients = Array.from({ length: 500 }, (_none, index) => `${'u'.repeat(120)}${index}`);
    const hints = hintsOf([{ type: 'conversation.changed', recipients, conversationId }]);
    const payloads = payloadsOf('node', hints);
    expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000)).toBe(true);
    expect(payloads.flatMap((payload) => readPayload('other', payload))).toEqual(hints);
    expect(payloads.flatMap((payload) => readPayload('node', payload))).toEqual([]);
  });

  test('what is no hint is left out', () => {
    expect(readPayload('node', 'other[["m",1,2],["x"],null,["b",["john"]]]')).toEqual([['b', ['john']]]);
    expect(readPayload('node', 'nonsense')).toEqual([]);
  });
});
