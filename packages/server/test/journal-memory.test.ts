import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Bus, BusEvent } from '../src/bus/bus.ts';
import type { Way } from '../src/journal/commit.ts';
import type { Journal } from '../src/journal/journal.ts';
import { problemCode, startJournals, text, type Journals } from './support/journals.ts';

let journals: Journals;
let journal: Journal;
/** Of each batch, how it came to its plan. */
let ways: Way[];
let publish: (event: BusEvent) => void;
let id: string;

beforeAll(async () => {
  journals = await startJournals();
});
afterAll(() => journals.close());

beforeEach(async () => {
  ways = [];
  const handlers = new Set<(event: BusEvent) => void>();
  const bus: Bus = {
    publish: () => undefined,
    subscribe(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    close: () => Promise.resolve(),
  };
  publish = (event) => handlers.forEach((handler) => handler(event));
  journal = journals.create({ bus, notifyDelay: 30, onBatch: (batch) => ways.push(batch.way) });
  id = await journals.makeConversation();
  await journals.query(
    `update users set suspended = false, erased_at = null, name = initcap(id); delete from blocks`,
  );
  await journal.append(text(id, 'john', 'first'));
  await journal.append(text(id, 'sarah', 'and first'));
  ways = [];
});

const send = (author: string, body = 'hello', clientId: string = randomUUID()) =>
  journal.append(text(id, author, body, clientId));

const seats = () =>
  journals.query(
    `select user_id, unread, needs_reply, notify_at is not null as notified from participants where conversation_id = '${id}' order by user_id`,
  );

async function waitForLock(): Promise<void> {
  await expect
    .poll(() => journals.query(`select 1 from pg_locks where not granted and locktype = 'transactionid'`))
    .not.toEqual([]);
}

test('who wrote in a conversation before is written from memory, as it is written otherwise', async () => {
  const sent = await Promise.all([send('john', 'a'), send('sarah', 'b'), send('john', 'c')]);
  expect(new Set(ways)).toEqual(new Set(['recalled']));
  expect(sent.map(({ message }) => message.seq)).toEqual([3, 4, 5]);
  expect(sent.map(({ authorName }) => authorName)).toEqual(['John', 'Sarah', 'John']);
  const rows = await journals.query(
    `select seq, body, created_at from messages where conversation_id = '${id}' and seq > 2 order by seq`,
  );
  expect(rows).toEqual(
    sent.map(({ message }) => ({ seq: message.seq, body: message.body, created_at: message.created_at })),
  );
  const [conversation] = await journals.query(
    `select last_seq, head_seq, head_text, last_at = head_at as same from conversations where id = '${id}'`,
  );
  expect(conversation).toEqual({ last_seq: 5, head_seq: 5, head_text: 'c', same: true });
  expect(await seats()).toEqual([
    { user_id: 'john', unread: 0, needs_reply: false, notified: false },
    { user_id: 'sarah', unread: 1, needs_reply: true, notified: true },
    { user_id: 'tom', unread: 5, needs_reply: true, notified: true },
  ]);
});

test('who writes for the first time, an edit and a system notice into a strange conversation are looked up', async () => {
  await send('tom');
  const target = (await send('john')).message.seq;
  await journal.append({ ...text(id, 'john', 'better'), kind: 'edit', data: { target } });
  const strange = await journals.makeConversation();
  await journal.append({ ...text(strange, 'john', ''), kind: 'notice', author: null, clientId: null });
  expect(ways).toEqual(['read', 'recalled', 'read', 'read']);
});

describe('what has changed since is noticed', () => {
  test.each([
    ['closed', `update conversations set status = 'closed' where id = $`, 'conversation-closed'],
    ['locked', `update conversations set status = 'locked' where id = $`, 'conversation-locked'],
    ['suspended', `update users set suspended = true where id = 'john'`, 'suspended'],
    ['blocked by one of the store', `insert into blocks values ('tom', 'john')`, 'blocked'],
    [
      'without a seat',
      `delete from participants where user_id = 'john' and conversation_id = $`,
      'not-found',
    ],
  ])('%s', async (_what, change, code) => {
    await journals.query(change.replace('$', `'${id}'`));
    expect(await problemCode(send('john'))).toBe(code);
    expect(await journals.seqs(id)).toEqual([1, 2]);
  });

  test('a store that the buyer has blocked', async () => {
    await journals.query(`insert into blocks values ('john', 'clay')`);
    expect(await problemCode(send('sarah'))).toBe('blocked');
  });

  test('a block that has nothing to do with the conversation costs nothing', async () => {
    await journals.query(`insert into blocks values ('eve', 'john'), ('john', 'eve'), ('sarah', 'eve')`);
    await send('john');
    expect(ways).toEqual(['recalled']);
  });

  test('messages of another node', async () => {
    await journals.other.append(text(id, 'john', 'elsewhere'));
    expect((await send('john')).message.seq).toBe(4);
    expect((await send('john')).message.seq).toBe(5);
    expect(ways).toEqual(['corrected', 'recalled']);
  });

  test('messages of another node that tells of them cost nothing', async () => {
    for (let count = 0; count < 5; count += 1) {
      const { message } = await journals.other.append(text(id, 'sarah', 'elsewhere'));
      publish({ type: 'message.stored', conversationId: id, seq: message.seq });
      await send('john');
      // Of what this node wrote itself, or heard of before.
      publish({ type: 'message.stored', conversationId: id, seq: message.seq });
    }
    expect(ways).toEqual(Array.from({ length: 5 }, () => 'recalled'));
    expect(await journals.seqs(id)).toEqual(Array.from({ length: 12 }, (_none, index) => index + 1));
  });

  test('a block that refuses the other side alone is read with each of its batches, and costs no others', async () => {
    await journals.query(`insert into blocks values ('john', 'clay')`);
    for (let count = 0; count < 3; count += 1) await send('john');
    expect(await problemCode(send('sarah'))).toBe('blocked');
    await send('john');
    expect(ways).toEqual(['corrected', 'read', 'read', 'read', 'read']);
  });

  test('an author who was erased', async () => {
    await journals.query(`update users set erased_at = now() where id = 'john'`);
    expect(await problemCode(send('john'))).toBe('suspended');
  });

  test('a seat that is read while the batch waits for it', async () => {
    await send('john');
    const reader = await journals.startTransaction(
      `update participants set unread = 0, read_seq = 3, notify_at = null where user_id = 'sarah' and conversation_id = '${id}'`,
    );
    const sent = send('john');
    await waitForLock();
    await reader.query('commit');
    await reader.end();
    await sent;
    expect(await seats()).toContainEqual({ user_id: 'sarah', unread: 1, needs_reply: true, notified: true });
    expect(ways).toEqual(['recalled', 'recalled']);
  });

  test('a muted seat, a new one, and one that is gone', async () => {
    await send('john');
    await journals.query(`update participants set muted = true, notify_at = null where user_id = 'sarah'`);
    await send('john');
    expect(await seats()).toContainEqual({ user_id: 'sarah', unread: 2, needs_reply: true, notified: false });
    await journals.query(`delete from participants where user_id = 'tom' and conversation_id = '${id}'`);
    await journals.query(
      `insert into participants (user_id, conversation_id, side) values ('eve', '${id}', 'store')`,
    );
    await send('john');
    expect(await seats()).toEqual([
      { user_id: 'eve', unread: 1, needs_reply: true, notified: true },
      { user_id: 'john', unread: 0, needs_reply: false, notified: false },
      { user_id: 'sarah', unread: 3, needs_reply: true, notified: false },
    ]);
  });

  test('a new name', async () => {
    await journals.query(`update users set name = 'Johnny' where id = 'john'`);
    expect((await send('john')).authorName).toBe('Johnny');
    expect((await send('john')).authorName).toBe('Johnny');
    expect(ways).toEqual(['corrected', 'recalled']);
  });
});

describe('a clientId that comes again', () => {
  test('to this node is answered with its first message', async () => {
    const first = await send('john', 'hello', 'key');
    const again = await send('john', 'hello', 'key');
    expect(again).toMatchObject({ repeated: true, message: { seq: first.message.seq } });
    expect(await problemCode(send('john', 'otherwise', 'key'))).toBe('client-id-reused');
    expect(await journals.seqs(id)).toEqual([1, 2, 3]);
  });

  test('in one batch too', async () => {
    const [one, two, three] = await Promise.all([
      send('john', 'hello', 'twice'),
      send('john', 'hello', 'twice'),
      problemCode(send('john', 'otherwise', 'twice')),
    ]);
    expect([one.repeated, two.repeated, three]).toEqual([false, true, 'client-id-reused']);
    expect(two.message).toEqual(one.message);
    expect(await journals.seqs(id)).toEqual([1, 2, 3]);
  });

  test('from another node, of which this one has not heard', async () => {
    const first = await journals.other.append(text(id, 'john', 'hello', 'elsewhere'));
    // As if this node had written last: only the key itself tells.
    await journals.other.append(text(id, 'john', 'more'));
    const fresh = journals.create({ onBatch: (batch) => ways.push(batch.way) });
    await fresh.append(text(id, 'john', 'known now'));
    const [again, other] = await Promise.all([
      fresh.append(text(id, 'john', 'hello', 'elsewhere')),
      fresh.append(text(id, 'john', 'in the same batch')),
    ]);
    expect(again).toMatchObject({ repeated: true, message: { seq: first.message.seq } });
    expect(other).toMatchObject({ repeated: false, message: { seq: 6 } });
    expect(await journals.seqs(id)).toEqual([1, 2, 3, 4, 5, 6]);
    // Once it has come again, it is known here too, and costs nobody a batch that is rolled back.
    ways = [];
    await fresh.append(text(id, 'john', 'hello', 'elsewhere'));
    expect(ways).toEqual(['read']);
    await fresh.close();
  });
});

test('the clock of the database dates a message, and never backwards within a conversation', async () => {
  const times: number[] = [];
  for (let count = 0; count < 20; count += 1) {
    const { message } = await (count % 3 === 0 ? journals.other : journal).append(
      text(id, 'john', `${count}`),
    );
    times.push(message.created_at.getTime());
  }
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const [row] = await journals.query(
    `select count(*)::int as count from messages where conversation_id = '${id}' and created_at <> date_trunc('milliseconds', created_at)`,
  );
  expect(row).toEqual({ count: 0 });
});

test('two journals that write in turns into one conversation leave no gap and double nothing', async () => {
  const writers = [journal, journals.other];
  await Promise.all(
    writers.map(async (writer, index) => {
      for (let count = 0; count < 100; count += 1)
        await writer.append(text(id, index === 0 ? 'john' : 'sarah', `${index} ${count}`));
    }),
  );
  expect(await journals.seqs(id)).toEqual(Array.from({ length: 202 }, (_none, index) => index + 1));
  // No word of the other one comes here, so what is remembered is wrong again and again.
  expect(ways).toContain('corrected');
});
