import { NIL, v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startSweepingDeliveries } from '../src/jobs/sweep-deliveries.ts';
import { forgetDeliveries } from '../src/notifications/forget-deliveries.ts';
import { addConversation, seedMarket } from './support/market.ts';
import { createNode, type TestNode } from './support/node.ts';

const day = 86_400_000;
let database: TestDatabase;
let node: TestNode;
let conversation = '';

beforeAll(async () => {
  database = await createTestDatabase();
  node = await createNode(database.url, {});
  await seedMarket(node.pool);
});
afterAll(async () => {
  await node.close();
  await database.drop();
});
beforeEach(async () => {
  await node.pool.query('truncate deliveries');
  conversation = await addConversation(node.pool, { sellers: ['sarah', 'tom'] });
});

/** Adds a delivery, and names it. */
async function add(name: string, daysAgo: number, state: string, who = 'sarah', channel = 'email') {
  const at = Date.now() - daysAgo * day;
  await node.pool.query(
    `insert into deliveries (id, user_id, conversation_id, channel, from_seq, upto_seq, message_id, state, created_at)
     values ($1, $2, $3, $4, 0, 1, $5, $6, $7)`,
    [uuidv7({ msecs: at }), who, conversation, channel, name, state, new Date(at)],
  );
}

async function left(): Promise<string[]> {
  const { rows } = await node.pool.query<{ message_id: string }>('select message_id from deliveries');
  return rows.map((row) => row.message_id).sort();
}

async function addAll(): Promise<void> {
  await add('first', 200, 'sent');
  await add('refused', 199, 'failed');
  await add('due', 198, 'due');
  await add('middle', 150, 'sent');
  await add('read', 140, 'skipped');
  await add('late', 120, 'sent');
  await add('of tom', 130, 'sent', 'tom');
  await add('elsewhere', 130, 'sent', 'sarah', 'push');
  await add('new', 80, 'sent');
  await add('new, read', 70, 'skipped');
}
const kept = ['due', 'elsewhere', 'first', 'new', 'new, read', 'of tom'];

describe('old deliveries', () => {
  test('go, but for what is due and what the next mail refers to', async () => {
    await addAll();
    const sweeping = startSweepingDeliveries(node.context);
    await vi.waitFor(async () => expect(await left()).toEqual(kept), { timeout: 5_000 });
    await sweeping.stop();
  });

  test('keep the last that was sent, however old it is', async () => {
    for (const [name, daysAgo] of [
      ['first', 300],
      ['second', 250],
      ['third', 200],
    ] as const)
      await add(name, daysAgo, 'sent');
    await forgetDeliveries(node.context.db, { before: new Date(), after: NIL, batch: 100 });
    expect(await left()).toEqual(['first', 'third']);
  });

  test('go in batches, each from where the last one ended', async () => {
    await addAll();
    const before = new Date(Date.now() - 90 * day);
    const deleted: number[] = [];
    for (let after: string | null = NIL; after !== null;) {
      const forgotten = await forgetDeliveries(node.context.db, { before, after, batch: 3 });
      deleted.push(forgotten.deleted);
      after = forgotten.next;
    }
    expect(deleted).toEqual([1, 2, 1]);
    expect(await left()).toEqual(kept);
  });
});
