import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPool } from '../src/db/pool.ts';
import { laneOf, type JournalOptions } from '../src/journal/create-journal.ts';
import type { Journal } from '../src/journal/journal.ts';
import { problemCode, startJournals, text, type Journals } from './support/journals.ts';

// What happens to entries that waited aside for a stranger's lock, and go back to their lane when it ends.

let journals: Journals;
let pool: pg.Pool;
let journal: Journal;

beforeEach(async () => {
  journals = await startJournals();
  pool = createPool(journals.url, { pipeline: true, max: 2, statementTimeout: 4_000 });
  await journals.query(`create function slow() returns trigger language plpgsql as $$ begin
    if new.body = 'slow' then perform pg_sleep(0.5); end if; return new; end $$`);
  await journals.query('create trigger slow before insert on messages for each row execute function slow()');
});
afterEach(async () => {
  await journal.close();
  await pool.end();
  await journals.close();
});

/** One entry a batch, so that what follows an entry is always left when it was written. */
const open = (options: Partial<JournalOptions>) =>
  (journal = journals.create({ pool, batchSize: 1, ...options }));

const lock = (id: string) =>
  journals.startTransaction(`select 1 from conversations where id = '${id}' for update`);

async function makeConversationOf(lane: number): Promise<string> {
  for (;;) {
    const id = await journals.makeConversation();
    if (laneOf(id, 2) === lane) return id;
  }
}

test('closing waits for what a lane was given back after it had ended', async () => {
  open({ lanes: 2 });
  const [early, late] = [await makeConversationOf(0), await makeConversationOf(1)];
  const [earlyLock, lateLock] = [await lock(early), await lock(late)];
  const ends: string[] = [];
  const send = (id: string, body: string) =>
    problemCode(journal.append(text(id, 'john', body))).then((code) => ends.push(`${body} ${code}`));
  const sends = ['one', 'two', 'slow'].map((body) => send(early, body));
  await sleep(120);
  // Its lane waits for the lock until after the other's entries have gone aside and back.
  sends.push(send(late, 'late'));
  const closed = journal.close().then(() => ends.push('closed'));
  await sleep(100);
  await earlyLock.query('commit');
  await sleep(60);
  await lateLock.query('commit');
  await Promise.all([...sends, closed]);
  await Promise.all([earlyLock.end(), lateLock.end()]);
  expect(ends.at(-1)).toBe('closed');
  expect(ends.slice(0, -1).sort()).toEqual(['late none', 'one none', 'slow none', 'two none']);
});

test('entries that have waited long for a lock do not make their lane refuse others', async () => {
  open({ lanes: 1, maxWait: 1_000 });
  const [held, elsewhere] = [await journals.makeConversation(), await journals.makeConversation()];
  const stranger = await lock(held);
  const sends = ['one', 'two', 'three'].map((body) => problemCode(journal.append(text(held, 'john', body))));
  await sleep(820);
  sends.push(problemCode(journal.append(text(elsewhere, 'john', 'slow'))));
  await sleep(20);
  await stranger.query('commit');
  await sleep(60);
  for (let count = 0; count < 40; count += 1) {
    sends.push(problemCode(journal.append(text(elsewhere, 'john', 'meanwhile'))));
    await sleep(10);
  }
  expect(new Set(await Promise.all(sends))).toEqual(new Set(['none']));
  await stranger.end();
});

test('a lock that comes again and again keeps nobody waiting for longer than one that stays', async () => {
  open({ lanes: 1, maxWait: 1_000 });
  const held = await journals.makeConversation();
  let stranger = await lock(held);
  const began = performance.now();
  const after: number[] = [];
  const sends = [1, 2, 3, 4].map(() =>
    problemCode(journal.append(text(held, 'john', 'slow'))).then((code) => {
      after.push(performance.now() - began);
      return code;
    }),
  );
  for (let turn = 0; turn < 3; turn += 1) {
    await sleep(900);
    await stranger.query('commit');
    await stranger.end();
    // A slow write has begun by then, and the next in line finds the row locked once more.
    await sleep(200);
    stranger = await lock(held);
  }
  expect(await Promise.all(sends)).toContain('unavailable');
  expect(Math.max(...after)).toBeLessThan(3_000);
  await stranger.query('commit');
  await stranger.end();
});
