import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../src/db/pool.ts';
import { problemCode, startJournals, text, type Journals } from './support/journals.ts';

// A batch with an entry that PostgreSQL refuses is tried entry by entry; what else may happen meanwhile.

let journals: Journals;
beforeAll(async () => {
  journals = await startJournals();
  await journals.query(`create function dawdle() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.4); return new; end $$`);
  await journals.query(`create trigger dawdle before insert on messages for each row when (new.body like 'slow%')
    execute function dawdle()`);
});
afterAll(() => journals.close());

test('what was written before a stranger took the conversation is not written again', async () => {
  const journal = journals.create({ lanes: 1 });
  const id = await journals.makeConversation();
  await journal.append(text(id, 'john', 'first'));
  const lock = `select 1 from conversations where id = '${id}' for update`;
  const before = await journals.startTransaction(lock);
  const sends = [
    journal.append({ ...text(id, '', 'slow notice'), kind: 'notice', author: null, clientId: null }),
    problemCode(journal.append(text(id, 'john', 'PostgreSQL refuses \0 this'))),
    problemCode(journal.append(text(id, 'john', 'last'))),
  ];
  // By now they wait aside; then the notice is being written, alone.
  await sleep(400);
  await before.query('commit');
  await sleep(150);
  const between = await journals.startTransaction(lock);
  await sleep(200);
  await between.query('commit');
  await Promise.all([before.end(), between.end()]);
  const [, refused, last] = await Promise.all(sends);
  expect([refused, last]).toEqual(['internal', 'none']);
  const rows = await journals.query(`select body from messages where conversation_id = '${id}' order by seq`);
  expect(rows).toEqual([{ body: 'first' }, { body: 'slow notice' }, { body: 'last' }]);
  await journal.close();
});

test('a database that goes away meanwhile is found away once, not once an entry', async () => {
  const pool = createPool(journals.url, { pipeline: true, max: 1, statementTimeout: 300 });
  const errors: string[] = [];
  const log = pino({ level: 'error' }, { write: (line) => errors.push(line) });
  const journal = journals.create({ pool, lanes: 1, log });
  const ids = await Promise.all(Array.from({ length: 9 }, () => journals.makeConversation()));
  const [opening = '', ...others] = ids;
  const codes = await Promise.all(
    [
      text(opening, 'john', 'opens the batch'),
      text(opening, 'john', 'PostgreSQL refuses \0 this'),
      ...others.map((id) => text(id, 'john', 'slow')),
    ].map((entry) => problemCode(journal.append(entry))),
  );
  expect(codes).toEqual(['none', 'internal', ...others.map(() => 'unavailable')]);
  expect(errors.filter((line) => line.includes('cannot reach the database'))).toHaveLength(1);
  await journal.close();
  await pool.end();
});
