import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { createKysely, createPool } from '../src/db/pool.ts';
import type { MessageRow, Tables } from '../src/db/tables.ts';
import { createSequencer, type Sequencer, type SequencerOptions } from '../src/realtime/sequencer.ts';
import { startRelay, targetOf, through } from '../../../test/faults/relay.ts';
import { createNode, type TestNode } from './support/node.ts';
import { openAbout, putBowl, putShop, send } from './support/shop.ts';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createTestDatabase();
  node = await createNode(database.url);
  await putShop(node);
});
afterAll(async () => {
  await node.close();
  await database.drop();
});

/** A conversation with so many messages in the database, the first of which `sequencer` has pushed, unless it never met it. */
async function told(
  messages: number,
  { met = true, ...options }: Partial<SequencerOptions> & { met?: boolean } = {},
): Promise<{ sequencer: Sequencer; pushes: number[]; id: string; own: (seq: number) => void }> {
  const listing = `l-${randomUUID()}`;
  await putBowl(node, listing, 'Bowl');
  const id = await openAbout(node, 'john', listing, '1');
  for (let seq = 2; seq <= messages; seq += 1) await send(node, 'john', id, String(seq));
  const { rows } = await node.pool.query<MessageRow>(
    'select * from messages where conversation_id = $1 order by seq',
    [id],
  );
  const pushes: number[] = [];
  const sequencer = createSequencer({
    db: node.context.db,
    log: pino({ level: 'silent' }),
    isConnected: () => true,
    push: (event) => {
      if (event.type === 'message.sent') pushes.push(event.message.seq);
    },
    ...options,
  });
  const own = (seq: number): void => {
    const message = rows[seq - 1];
    if (message === undefined) throw new Error(`no message ${seq}`);
    sequencer.own({ type: 'message.sent', recipients: ['john', 'sarah'], message, authorName: 'John' });
  };
  if (met) own(1);
  return { sequencer, pushes, id, own };
}

/** A database that is away until it comes back. */
async function comingBack(): Promise<{
  db: Kysely<Tables>;
  comeBack: () => void;
  close: () => Promise<void>;
}> {
  const line = await startRelay({ host: '127.0.0.1', port: 1 });
  const pool = createPool(through(line, database.url), { max: 2, watched: false });
  return {
    db: createKysely<Tables>(pool),
    comeBack: () => line.lead(targetOf(database.url)),
    async close() {
      await pool.end();
      await line.close();
    },
  };
}

test('what is next is pushed at once; nothing is held', async () => {
  const { sequencer, pushes, id, own } = await told(2);
  own(2);
  expect(pushes).toEqual([1, 2]);
  expect(sequencer.held(id, 2)).toBeNull();
  await sequencer.close();
});

test('a message after unheard ones waits for them', async () => {
  const { sequencer, pushes, id, own } = await told(4);
  own(4);
  expect(pushes).toEqual([1]);
  expect(await sequencer.held(id, 4)).toBe(true);
  expect(pushes).toEqual([1, 2, 3, 4]);
  await sequencer.close();
});

test('so does one of a log that this node has never met', async () => {
  const { sequencer, pushes, id, own } = await told(4, { met: false });
  own(4);
  expect(await sequencer.held(id, 4)).toBe(true);
  expect(pushes).toEqual([1, 2, 3, 4]);
  await sequencer.close();
});

test('what was committed by somebody who did not tell is pushed, in its place, before it is answered again', async () => {
  const { sequencer, pushes, id } = await told(3);
  expect(await sequencer.held(id, 3)).toBe(true);
  expect(pushes).toEqual([1, 2, 3]);
  await sequencer.close();
});

test('while the database is away nothing overtakes, and who waits too long is told so', async () => {
  const line = await comingBack();
  const { sequencer, pushes, id, own } = await told(3, { db: line.db, holdPatience: 300 });
  own(3);
  expect(await sequencer.held(id, 3)).toBe(false);
  expect(pushes).toEqual([1]);
  line.comeBack();
  await vi.waitFor(() => expect(pushes).toEqual([1, 2, 3]), 3_000);
  await sequencer.close();
  await line.close();
});

test('what another node committed after an own message is pushed to those who sit there by then', async () => {
  const line = await comingBack();
  const pushes: [number, readonly string[]][] = [];
  const { sequencer, id, own } = await told(4, {
    db: line.db,
    push: (event) => event.type === 'message.sent' && pushes.push([event.message.seq, event.recipients]),
  });
  // Tom has come since: he is none of those to whom the own message goes.
  own(3);
  sequencer.advance(id, 4);
  line.comeBack();
  await vi.waitFor(() => expect(pushes.at(-1)?.[0]).toBe(4), 3_000);
  expect([...(pushes.at(-1)?.[1] ?? [])].sort()).toEqual(['john', 'sarah', 'tom']);
  await sequencer.close();
  await line.close();
});

test('a gap that grows by another node’s word while the database is asked is filled all the same, once', async () => {
  const { sequencer, pushes, id, own } = await told(4);
  own(3);
  // Of this one nobody here knows who sits there, so that is asked first.
  sequencer.advance(randomUUID(), 1);
  await new Promise(setImmediate);
  sequencer.advance(id, 4);
  await vi.waitFor(() => expect(pushes.at(-1)).toBe(4), 3_000);
  expect(pushes).toEqual([1, 2, 3, 4]);
  await sequencer.close();
});

test('what finds no room to wait is not pushed out of its place', async () => {
  const line = await comingBack();
  const { sequencer, pushes, id, own } = await told(3, { db: line.db, maxGaps: 1 });
  expect(sequencer.advance(randomUUID(), 2)).toBe(true);
  expect(sequencer.advance(id, 3)).toBe(false);
  own(3);
  await sleep(50);
  expect(pushes).toEqual([1]);
  expect(await sequencer.held(id, 3)).toBe(false);
  line.comeBack();
  // As the look through the database does.
  await vi.waitFor(() => {
    sequencer.advance(id, 3);
    expect(pushes).toEqual([1, 2, 3]);
  }, 3_000);
  own(2);
  expect(pushes).toEqual([1, 2, 3]);
  await sequencer.close();
  await line.close();
});

test('what waited for long, in a log never met, is not taken for what was pushed long ago', async () => {
  const line = await comingBack();
  const now = vi.spyOn(performance, 'now');
  const real = performance.now();
  now.mockReturnValue(real);
  const { sequencer, pushes, id } = await told(3, { db: line.db, met: false });
  // A minute later, and the messages as old as that; the look through the database found them while they could not be read.
  await node.pool.query(
    `update messages set created_at = created_at - interval '50 seconds' where conversation_id = $1`,
    [id],
  );
  now.mockReturnValue(real + 60_000);
  sequencer.advance(id, 3);
  sequencer.caughtUp();
  line.comeBack();
  await vi.waitFor(() => expect(pushes).toEqual([1, 2, 3]), 3_000);
  now.mockRestore();
  await sequencer.close();
  await line.close();
});

test.each([true, false])('a position that no log has keeps nothing back (met: %s)', async (met) => {
  const { sequencer, pushes, id } = await told(2, { met });
  sequencer.advance(id, 2_000_000_000);
  await vi.waitFor(() => expect(sequencer.knows(id, 3)).toBe(false));
  await vi.waitFor(() => expect(pushes.at(-1)).toBe(2));
  await send(node, 'john', id, '3');
  sequencer.advance(id, 3);
  await vi.waitFor(() => expect(pushes.at(-1)).toBe(3));
  await sequencer.close();
});

test('a conversation that is not there keeps nothing either', async () => {
  const { sequencer } = await told(1);
  const nowhere = randomUUID();
  sequencer.advance(nowhere, 5);
  await vi.waitFor(() => expect(sequencer.knows(nowhere, 1)).toBe(false));
  await sequencer.close();
});

test('after its end it pushes nothing that is not next', async () => {
  const { sequencer, pushes, own } = await told(3);
  await sequencer.close();
  own(3);
  own(2);
  expect(pushes).toEqual([1, 2]);
});
