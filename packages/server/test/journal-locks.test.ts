import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPool } from '../src/db/pool.ts';
import type { Way } from '../src/journal/commit.ts';
import type { JournalOptions } from '../src/journal/create-journal.ts';
import type { Entry, Journal } from '../src/journal/journal.ts';
import { problemCode, startJournals, text, type Journals } from './support/journals.ts';

let journals: Journals;
let pool: pg.Pool;
let strangers: pg.Client[];
let opened: Journal[];

beforeEach(async () => {
  journals = await startJournals();
  // One lane and one connection, as on two cores.
  pool = createPool(journals.url, { pipeline: true, max: 1, statementTimeout: 4_000 });
  strangers = [];
  opened = [];
});

afterEach(async () => {
  await Promise.all(strangers.map((stranger) => stranger.end()));
  await Promise.all(opened.map((journal) => journal.close()));
  await pool.end();
  await journals.close();
});

function openJournal(options: Partial<JournalOptions> = {}): Journal {
  const journal = journals.create({ pool, lanes: 1, ...options });
  opened.push(journal);
  return journal;
}

async function lock(statement: string): Promise<pg.Client> {
  const stranger = await journals.startTransaction(statement);
  strangers.push(stranger);
  return stranger;
}

const lockRow = (id: string) => lock(`select 1 from conversations where id = '${id}' for update`);

/** Milliseconds until a send is answered, and with what. */
async function time(journal: Journal, entry: Entry): Promise<{ code: string; after: number }> {
  const began = performance.now();
  const code = await problemCode(journal.append(entry));
  return { code, after: performance.now() - began };
}

const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)];

const upTo = (count: number) => Array.from({ length: count }, (_none, index) => index + 1);

async function bodies(id: string): Promise<string[]> {
  const { rows } = await journals.pool.query<{ body: string }>(
    'select body from messages where conversation_id = $1 order by seq',
    [id],
  );
  return rows.map((row) => row.body);
}

/** Conversations that others write into all the time: sends one by one until told to end, and answers the longest waits. */
function startOthers(journal: Journal, ids: readonly string[]) {
  let going = true;
  const waits: number[] = [];
  const talk = async (id: string) => {
    for (let count = 0; going; count += 1) {
      const { code, after } = await time(journal, text(id, 'john', `${count}`));
      expect(code).toBe('none');
      waits.push(after);
      await sleep(5);
    }
  };
  const done = Promise.all(ids.map(talk));
  return {
    async end() {
      going = false;
      await done;
      return waits.sort((a, b) => b - a);
    },
  };
}

test('while a stranger holds a conversation, its sends wait and keep their order; all others hardly notice', async () => {
  const journal = openJournal();
  const held = await journals.makeConversation();
  const elsewhere = await Promise.all(upTo(4).map(() => journals.makeConversation()));
  const stranger = await lockRow(held);
  const others = startOthers(journal, elsewhere);
  const answered: string[] = [];
  const sends: Promise<unknown>[] = [];
  let isHeld = true;
  for (let count = 0; count < 100; count += 1) {
    const body = `${count}`;
    sends.push(
      journal.append(text(held, 'john', body)).then(() => {
        expect(isHeld).toBe(false);
        answered.push(body);
      }),
    );
    await sleep(20);
  }
  const waits = await others.end();
  isHeld = false;
  await stranger.query('commit');
  await Promise.all(sends);
  console.info(
    `${waits.length} sends of others, the slowest after ${waits.slice(0, 5).map(Math.round).join(', ')} ms`,
  );
  expect(waits[0]).toBeLessThan(1_000);
  expect(median(waits)).toBeLessThan(100);
  expect(answered).toEqual(upTo(100).map((count) => `${count - 1}`));
  expect(await bodies(held)).toEqual(answered);
  expect(await journals.seqs(held)).toEqual(upTo(100));
  expect(journal.waiting()).toBe(0);
});

test('a lock that lasts longer than entries may wait gives 503 to these alone, and they are not stored', async () => {
  const ways: Way[] = [];
  const journal = openJournal({ maxWait: 600, onBatch: ({ way }) => void ways.push(way) });
  const [held, elsewhere] = [await journals.makeConversation(), await journals.makeConversation()];
  await journal.append(text(elsewhere, 'john', 'before'));
  const stranger = await lockRow(held);
  const early = upTo(3).map((count) => time(journal, text(held, 'john', `early ${count}`)));
  await sleep(500);
  const late = time(journal, text(held, 'sarah', 'late'));
  for (const { code, after } of await Promise.all(early)) {
    expect(code).toBe('unavailable');
    expect(after).toBeGreaterThan(600);
    expect(after).toBeLessThan(1_500);
  }
  const refused = journal.append(text(held, 'john', 'again'));
  await expect(refused).rejects.toMatchObject({ problem: { status: 503, retryAfter: 2 } });
  expect(await late).toMatchObject({ code: 'unavailable' });
  // It is known by now: finding it out again costs the others nothing, or else their batch had been written anew without it.
  ways.length = 0;
  const [, other] = await Promise.all([
    time(journal, text(held, 'john', 'and again')),
    time(journal, text(elsewhere, 'john', 'meanwhile')),
  ]);
  expect(other.code).toBe('none');
  expect(ways).toEqual(['recalled']);
  expect(journal.waiting()).toBe(0);
  await stranger.query('rollback');
  expect((await time(journal, text(held, 'john', 'free'))).code).toBe('none');
  expect((await time(journal, text(held, 'john', 'free again'))).code).toBe('none');
  expect(await bodies(held)).toEqual(['free', 'free again']);
  expect(await journals.seqs(held)).toEqual([1, 2]);
});

test('a send that was given after the lock ended does not overtake those before it', async () => {
  const journal = openJournal({ batchSize: 7 });
  const held = await journals.makeConversation();
  const stranger = await lockRow(held);
  const sends = upTo(40).map((count) => journal.append(text(held, 'john', `${count}`)));
  await sleep(400);
  await stranger.query('commit');
  for (let count = 41; count <= 120; count += 1) {
    sends.push(journal.append(text(held, 'john', `${count}`)));
    await sleep(1);
  }
  const appended = await Promise.all(sends);
  expect(appended.map(({ message }) => message.seq)).toEqual(upTo(120));
  expect(await bodies(held)).toEqual(upTo(120).map(String));
});

test('conversations that were held go back to their lane when they are free, however closely their sends follow each other', async () => {
  const ways: Way[] = [];
  const journal = openJournal({ onBatch: ({ way }) => void ways.push(way) });
  const ids = await Promise.all(upTo(10).map(() => journals.makeConversation()));
  const sends: Promise<string>[] = [];
  let going = true;
  // More than one in the time of a commit, so that one always waits.
  const talk = async () => {
    while (going) {
      sends.push(...ids.map((id) => problemCode(journal.append(text(id, 'john', 'on and on')))));
      await sleep(1);
    }
  };
  const talking = talk();
  const stranger = await lock(
    `select 1 from conversations where id = any('{${ids.slice(5).join()}}') for update`,
  );
  await sleep(400);
  await stranger.query('commit');
  await sleep(500);
  ways.length = 0;
  await vi.waitFor(() => expect(ways.length).toBeGreaterThan(50));
  going = false;
  await talking;
  expect(new Set(await Promise.all(sends))).toEqual(new Set(['none']));
  expect(new Set(ways)).toEqual(new Set(['recalled']));
  const each = sends.length / ids.length;
  for (const id of ids) expect(await journals.seqs(id)).toEqual(upTo(each));
});

test('of several conversations that are held, each goes on when it is free', async () => {
  const journal = openJournal({ batchSize: 4 });
  const ids = await Promise.all(upTo(3).map(() => journals.makeConversation()));
  const locks = [];
  for (const id of ids) locks.push(await lockRow(id));
  const sends = ids.map((id) =>
    Promise.all(upTo(6).map((count) => time(journal, text(id, 'john', `${count}`)))),
  );
  await sleep(400);
  await locks[2]?.query('commit');
  await sends[2];
  await locks[1]?.query('commit');
  await sends[1];
  expect(await Promise.all(ids.map((id) => journals.seqs(id)))).toEqual([[], upTo(6), upTo(6)]);
  await locks[0]?.query('commit');
  await sends[0];
  expect(await bodies(ids[0] ?? '')).toEqual(upTo(6).map(String));
});

test.each([
  ['seats', 100, "update participants set muted = true where user_id = 'sarah' and conversation_id"],
  ['messages that are edited', 400, 'select 1 from messages m where seq = 1 and conversation_id'],
])('%s that a stranger holds keep nobody else waiting', async (_what, usually, statement) => {
  const journal = openJournal();
  const elsewhere = await journals.makeConversation();
  const held = await Promise.all(upTo(4).map(() => journals.makeConversation()));
  await Promise.all(held.map((id) => journal.append(text(id, 'john', 'first'))));
  const among = `= any('{${held.join()}}')`;
  const stranger = await lock(`${statement} ${among} ${statement.startsWith('select') ? 'for update' : ''}`);
  const waiting = held.flatMap((id) => [
    time(journal, { ...text(id, 'john', 'changed'), kind: 'edit', data: { target: 1 } }),
    time(journal, text(id, 'john', 'after the edit')),
  ]);
  const others = startOthers(journal, [elsewhere]);
  await sleep(2_000);
  const waits = await others.end();
  expect(waits[0]).toBeLessThan(1_900);
  expect(median(waits)).toBeLessThan(usually);
  await vi.waitFor(() => expect(journal.waiting()).toBe(8));
  await stranger.query('commit');
  expect((await Promise.all(waiting)).filter(({ code }) => code !== 'none')).toEqual([]);
  for (const id of held) expect(await bodies(id)).toEqual(['changed', 'changed', 'after the edit']);
});

test('a table that a stranger holds gives 503 in time, and what waited less is written when it is free', async () => {
  const journal = openJournal({ maxWait: 1_000 });
  const ids = await Promise.all(upTo(40).map(() => journals.makeConversation()));
  const stranger = await lock('lock table messages in share mode');
  const early = ids.map((id) => time(journal, text(id, 'john', 'early')));
  for (const { code, after } of await Promise.all(early)) {
    expect(code).toBe('unavailable');
    expect(after).toBeLessThan(3_000);
  }
  const late = ids.map((id) => time(journal, text(id, 'john', 'late')));
  await sleep(200);
  await stranger.query('commit');
  expect((await Promise.all(late)).filter(({ code }) => code !== 'none')).toEqual([]);
  expect(await Promise.all(ids.map(bodies))).toEqual(ids.map(() => ['late']));
});

test('what waits for a lock does not count against the others’ bound, but has the same bound itself', async () => {
  const journal = openJournal({ maxWaiting: 5, maxWait: 1_500 });
  const [held, elsewhere] = [await journals.makeConversation(), await journals.makeConversation()];
  const stranger = await lockRow(held);
  const sends = [problemCode(journal.append(text(held, 'john', '1')))];
  await sleep(500);
  for (let count = 2; count <= 8; count += 1)
    sends.push(problemCode(journal.append(text(held, 'john', `${count}`))));
  expect(journal.waiting()).toBe(5);
  expect(await problemCode(journal.append(text(elsewhere, 'john', 'fine')))).toBe('none');
  await stranger.query('commit');
  expect(await Promise.all(sends)).toEqual([
    ...upTo(5).map(() => 'none'),
    ...upTo(3).map(() => 'unavailable'),
  ]);
  expect(await bodies(held)).toEqual(upTo(5).map(String));
});

test('closing ends while a stranger holds a conversation, with an answer to everybody', async () => {
  const journal = openJournal({ maxWait: 500 });
  const held = await journals.makeConversation();
  await lockRow(held);
  const sends = upTo(3).map((count) => problemCode(journal.append(text(held, 'john', `${count}`))));
  const began = performance.now();
  await journal.close();
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(journal.waiting()).toBe(0);
  expect(await Promise.all(sends)).toEqual(['unavailable', 'unavailable', 'unavailable']);
  expect(await journals.seqs(held)).toEqual([]);
});

test('a bad entry fails alone, also where it shares a batch with a conversation that is held', async () => {
  const journal = openJournal();
  const [held, elsewhere] = [await journals.makeConversation(), await journals.makeConversation()];
  const stranger = await lockRow(held);
  const sends = [
    text(elsewhere, 'john', 'opens the batch'),
    text(held, 'john', 'one'),
    text(elsewhere, 'john', 'PostgreSQL refuses \0 this'),
    text(held, 'john', 'two'),
    text(elsewhere, 'john', 'good'),
  ].map((entry) => problemCode(journal.append(entry)));
  expect(await Promise.all([sends[0], sends[2], sends[4]])).toEqual(['none', 'internal', 'none']);
  await stranger.query('commit');
  expect(await Promise.all([sends[1], sends[3]])).toEqual(['none', 'none']);
  expect(await bodies(held)).toEqual(['one', 'two']);
});
