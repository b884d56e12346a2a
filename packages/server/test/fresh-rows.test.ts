import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { moveRows } from '../src/db/fresh-rows.ts';
import { createPool } from '../src/db/pool.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('the array that was filled lets go of its rows', () => {
  const filled = [{ n: 1 }, { n: 2 }];
  const result = { rowCount: 2, rows: filled };
  expect(moveRows(result)).toBe(result);
  expect(result).toEqual({ rowCount: 2, rows: [{ n: 1 }, { n: 2 }] });
  expect(filled).toEqual([]);
});

test('what is no result of rows stays as it is', () => {
  for (const other of [null, 'text', { rows: 'none' }, [{ rows: [1] }]]) expect(moveRows(other)).toBe(other);
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
