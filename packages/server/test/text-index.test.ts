import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../test/support/database.ts';
import type { HostAsker } from '../src/actions/action.ts';
import { actions } from '../src/actions/index.ts';
import { indexTexts } from '../src/jobs/index-texts.ts';
import { createNode, type TestNode } from './support/node.ts';
import { openAbout, person, putBowl, putShop, send } from './support/shop.ts';

let node: TestNode;
const host: HostAsker = { kind: 'host' };
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const database = await createTestDatabase();
  node = await createNode(database.url);
  ends.push(
    () => node.close(),
    () => database.drop(),
  );
  await putShop(node);
});
afterAll(async () => {
  for (const end of ends) await end();
});

async function conversation(text: string): Promise<string> {
  const listing = `l-${randomUUID()}`;
  await putBowl(node, listing, 'Bowl');
  return openAbout(node, 'john', listing, text);
}

async function found(q: string): Promise<unknown[]> {
  return (await actions.listModerationConversations(node.context, person('olive', 'owner'), { query: { q } }))
    .items;
}

/** As if all had been written minutes ago, and the index were to read it now. */
async function ageAll(): Promise<void> {
  await node.pool.query(`update messages set created_at = created_at - interval '1 minute'`);
  await node.pool.query(`update search_watermark set upto = now() - interval '5 minutes'`);
}

async function indexedTexts(conversationId: string): Promise<string[]> {
  const { rows } = await node.pool.query<{ folded: string }>(
    'select folded from message_texts where conversation_id = $1 order by seq',
    [conversationId],
  );
  return rows.map((row) => row.folded);
}

test('a copy that a step made of words that changed under it is put right by the next step', async () => {
  const [edited, redacted] = [await conversation('Saiga 1'), await conversation('Saiga 2')];
  await actions.editMessage(node.context, person('john'), {
    params: { id: edited, seq: 1 },
    body: { text: 'Changed' },
  });
  await actions.redactMessage(node.context, person('john'), { params: { id: redacted, seq: 1 } });
  await node.pool.query(
    `insert into message_texts select id, 1, 'saiga' from unnest($1::uuid[]) as id
     on conflict (conversation_id, seq) do update set folded = 'saiga'`,
    [[edited, redacted]],
  );
  expect(await found('saiga')).toEqual([]);
  await ageAll();
  await indexTexts(node.context.db);
  expect(await indexedTexts(edited)).toEqual(['changed']);
  expect(await indexedTexts(redacted)).toEqual([]);
});

test('what is erased is not copied at the same moment', async () => {
  await node.pool.query(`insert into users (id, name) values ('gone-writer', 'Gone')`);
  const id = await conversation('First');
  await node.pool.query(
    `insert into participants (user_id, conversation_id, side) values ('gone-writer', $1, 'store')`,
    [id],
  );
  await send(node, 'gone-writer', id, 'Dugong');
  const step = await node.pool.connect();
  await step.query(`begin; select pg_advisory_xact_lock(hashtextextended('parley_index_texts', 0))`);
  const erased = actions.deleteUser(node.context, host, { params: { id: 'gone-writer' } });
  await sleep(300);
  await step.query(`insert into message_texts select conversation_id, seq, parley_fold(body) from messages
    where conversation_id = '${id}' and seq = 2`);
  await step.query('commit');
  step.release();
  await erased;
  expect(await indexedTexts(id)).not.toContain('dugong');
  expect(await indexedTexts(id)).not.toContain('');
});
