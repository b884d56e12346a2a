import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { laneOf } from '../src/journal/create-journal.ts';
import { problemCode, startJournals, text, type Journals } from './support/journals.ts';

let journals: Journals;
beforeAll(async () => {
  journals = await startJournals();
});
afterAll(() => journals.close());

test('what is over the bound gets 503 before it is accepted, and nothing of it is stored', async () => {
  const id = await journals.makeConversation();
  const small = journals.create({
    maxWaiting: 5,
  });
  const results = await Promise.all(
    Array.from({ length: 20 }, (_none, index) => problemCode(small.append(text(id, 'john', `${index}`)))),
  );
  const refused = results.filter((code) => code === 'unavailable').length;
  expect(refused).toBeGreaterThan(0);
  expect(await journals.seqs(id)).toHaveLength(20 - refused);
  await small.close();
});

test('where entries have waited too long for their batch, more are refused, in that lane alone', async () => {
  await journals.query(`create function dawdle() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.4); return new; end $$`);
  await journals.query(`create trigger dawdle before insert on messages for each row when (new.body = 'slow')
    execute function dawdle()`);
  const slow = await journals.makeConversation();
  let elsewhere = slow;
  while (laneOf(elsewhere, 2) === laneOf(slow, 2)) elsewhere = await journals.makeConversation();
  const waits: number[] = [];
  const quick = journals.create({
    lanes: 2,
    maxWait: 100,
    onBatch: ({ waited }) => waits.push(waited),
  });
  const accepted = [problemCode(quick.append(text(slow, 'john', 'slow')))];
  await sleep(20);
  accepted.push(problemCode(quick.append(text(slow, 'john', '2'))));
  await sleep(200);
  expect(await problemCode(quick.append(text(slow, 'john', 'late')))).toBe('unavailable');
  expect(await problemCode(quick.append(text(elsewhere, 'john', '1')))).toBe('none');
  expect(await Promise.all(accepted)).toEqual(['none', 'none']);
  expect(await journals.seqs(slow)).toEqual([1, 2]);
  expect(await problemCode(quick.append(text(slow, 'john', '3')))).toBe('none');
  expect(Math.max(...waits)).toBeGreaterThan(150);
  await quick.close();
});

test('a killed backend gives 503 or an acknowledgement, and the same send again is stored once', async () => {
  const id = await journals.makeConversation();
  const entries = Array.from({ length: 100 }, (_none, index) => text(id, 'john', `${index}`));
  const sends = entries.map((entry) => problemCode(journals.journal.append(entry)));
  const killed = await journals.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name = 'parley'`);
  expect(killed.length).toBeGreaterThan(0);
  const codes = await Promise.all(sends);
  expect(codes.every((code) => code === 'none' || code === 'unavailable')).toBe(true);
  // The pool may hold another connection that broke, and that it has not heard of yet.
  await vi.waitFor(() => Promise.all(entries.map((entry) => journals.journal.append(entry))), {
    timeout: 10_000,
  });
  expect(await journals.seqs(id)).toEqual(Array.from({ length: 100 }, (_none, index) => index + 1));
});

test('closing writes what is in hand and takes no more', async () => {
  const id = await journals.makeConversation();
  const short = journals.create({});
  const send = short.append(text(id, 'john', 'in hand'));
  await short.close();
  expect((await send).message.seq).toBe(1);
  expect(await problemCode(short.append(text(id, 'john', 'too late')))).toBe('unavailable');
});
