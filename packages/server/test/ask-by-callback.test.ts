import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { createPool } from '../src/db/pool.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('`pg` makes no promise, whose callback V8 would keep with all that it leads to', async () => {
  const pool = createPool(database.url, { max: 1 });
  const query = vi.spyOn(pg.Client.prototype, 'query');
  const client = await pool.connect();
  await client.query('select 1');
  await client.query('select $1::int', [1]);
  await client.query({ name: 'named', text: 'select $1::int', values: [1] });
  expect(query.mock.calls.map((asked: unknown[]) => typeof asked.at(-1))).toEqual(
    Array.from({ length: 3 }, () => 'function'),
  );
  query.mockRestore();
  client.release();
  await pool.end();
});

test('an error leads to whoever asked', async () => {
  const pool = createPool(database.url, { max: 1 });
  const client = await pool.connect();
  async function askForNothing(): Promise<void> {
    await client.query('select nothing');
  }
  const error: unknown = await askForNothing().catch((caught: unknown) => caught);
  expect(error instanceof Error && error.stack).toContain('askForNothing');
  client.release();
  await pool.end();
});

test('a pool answers as before: by promise, by callback, several statements, errors, prepared ones', async () => {
  const pool = createPool(database.url, { max: 1 });
  const client = await pool.connect();
  const { rows, rowCount } = await client.query('select n from generate_series(1, $1::int) n', [3]);
  expect([rows, rowCount]).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }], 3]);
  const called = new Promise((resolve) => {
    client.query('select 4 as n', (_error: unknown, result: { rows: unknown[] }) => resolve(result.rows));
  });
  expect(await called).toEqual([{ n: 4 }]);
  expect(await client.query('select 1; select 2')).toHaveLength(2);
  await expect(client.query('select nothing')).rejects.toThrow('nothing');
  await client.query('/* plan once */select 6 as n');
  const { rows: prepared } = await client.query(
    `select 1 from pg_prepared_statements where statement like '%6 as n%'`,
  );
  expect(prepared).toHaveLength(1);
  client.release();
  expect((await pool.query('select 5 as n')).rows).toEqual([{ n: 5 }]);
  await pool.end();
});
