import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createKysely } from '../src/db/pool.ts';
import { readSafeMoment } from '../src/db/safe-moment.ts';
import type { Tables } from '../src/db/tables.ts';
import { startJournals, text, type Journals } from './support/journals.ts';

let journals: Journals;
const strangers: pg.Client[] = [];
beforeAll(async () => {
  journals = await startJournals();
});
afterEach(async () => {
  for (const stranger of strangers.splice(0)) await stranger.end();
});
afterAll(() => journals.close());

async function begin(sql: string): Promise<void> {
  strangers.push(await journals.startTransaction(sql));
}

/** How many seconds ago the safe moment is. */
async function secondsBehind(options: { margin: number; patience?: number }): Promise<number> {
  const safe = await readSafeMoment(createKysely<Tables>(journals.pool), options);
  const { rows } = await journals.pool.query<{ behind: number }>(
    'select extract(epoch from clock_timestamp() - $1::timestamptz)::float8 as behind',
    [safe],
  );
  return rows[0]?.behind ?? Number.NaN;
}

test('is the margin ago while nobody writes, whoever reads', async () => {
  await begin('select count(*) from messages');
  await sleep(1_500);
  const behind = await secondsBehind({ margin: 1 });
  expect(behind).toBeGreaterThanOrEqual(0.99);
  expect(behind).toBeLessThan(1.5);
});

test('is the margin before the oldest transaction that locked or wrote, up to the patience', async () => {
  const id = await journals.makeConversation();
  await begin(`select 1 from conversations where id = '${id}' for no key update`);
  await sleep(1_500);
  await begin(`update users set name = 'Eva' where id = 'eve'`);
  expect(await secondsBehind({ margin: 1 })).toBeGreaterThanOrEqual(2.5);
  expect(await secondsBehind({ margin: 1, patience: 2 })).toBeLessThan(2.4);
});

test('the journal’s transactions have their id before what dates their messages', async () => {
  const id = await journals.makeConversation();
  await journals.query(`create function demand_id() returns trigger language plpgsql as $$ begin
    if pg_current_xact_id_if_assigned() is null then raise 'dated without an id'; end if; return null; end $$`);
  // For the statement: ahead of any row, so that nothing but the lock can have given the id.
  for (const table of ['messages', 'conversations', 'participants'])
    await journals.query(`create trigger demand_id before insert or update on ${table}
      for each statement execute function demand_id()`);
  const ways: string[] = [];
  const journal = journals.create({ onBatch: ({ way }) => void ways.push(way) });
  await journal.append(text(id, 'john', 'from what was read'));
  await journal.append(text(id, 'john', 'from memory'));
  await journal.close();
  expect(ways).toEqual(['read', 'recalled']);
});
