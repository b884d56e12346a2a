import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { actions } from '../src/actions/index.ts';
import { indexTexts, startTextIndexing } from '../src/jobs/index-texts.ts';
import { startModeration, type Moderation } from './support/moderation.ts';
import type { TestNode } from './support/node.ts';
import { host, person, send } from './support/shop.ts';

let moderation: Moderation;
let node: TestNode;

beforeAll(async () => {
  moderation = await startModeration();
  ({ node } = moderation);
});
afterAll(() => moderation.close());

const conversation = (text: string, buyer?: string, title?: string) =>
  moderation.conversation(text, buyer, title);
const found = (q: string) => moderation.found(q);
const age = (conversationId: string) => moderation.age(conversationId);
const indexedTexts = (conversationId: string) => moderation.indexedTexts(conversationId);

test('reads everything once, a burst of one moment included, and runs by itself', async () => {
  const id = await conversation('First');
  await node.pool.query(
    `insert into messages (conversation_id, seq, kind, author, side, body, created_at)
     select $1, n, 'text', 'john', 'buyer', 'Axolotl ' || n, date_trunc('second', now()) - interval '30 seconds'
     from generate_series(2, 5000) n`,
    [id],
  );
  await node.pool.query(`update conversations set last_seq = 5000 where id = $1`, [id]);
  await node.pool.query(`update search_watermark set upto = now() - interval '1 minute'`);
  expect(await indexTexts(node.context.db)).toBeGreaterThanOrEqual(4999);
  // What other tests wrote comes of age meanwhile; of this burst nothing is left.
  expect(await indexTexts(node.context.db)).toBeLessThan(100);
  expect((await indexedTexts(id)).filter((text) => text.startsWith('axolotl'))).toHaveLength(4999);
  expect((await found('axolotl 4999'))[0]).toMatchObject({ id, hit: { seq: 4999 } });
  await age(id);
  await node.pool.query(`update search_watermark set upto = now() - interval '3 minutes'`);
  const running = startTextIndexing(node.context);
  for (let tries = 0; tries < 100 && (await indexedTexts(id)).length < 5000; tries += 1) await sleep(50);
  await running.stop();
  expect(await indexedTexts(id)).toHaveLength(5000);
});

test('folds as the search does, and goes on where some of it is there already', async () => {
  const texts = ['ÉCLAIR Straße ½ ﬀ', 'İzmir ǅ ΑΣ', '٣ 100%_\\ œuvre', 'x'.repeat(100)];
  const id = await conversation(texts[0] ?? '');
  for (const text of texts.slice(1)) await send(node, 'john', id, text);
  await age(id);
  const setBack = () => node.pool.query(`update search_watermark set upto = now() - interval '5 minutes'`);
  await setBack();
  await indexTexts(node.context.db);
  await setBack();
  await node.pool.query('delete from message_texts where conversation_id = $1 and seq = 2', [id]);
  await indexTexts(node.context.db);
  const { rows } = await node.pool.query<{ folded: string; seq: number }>(
    `select t.seq, t.folded from messages m join message_texts t using (conversation_id, seq)
     where conversation_id = $1 and t.folded = parley_fold(m.body) order by seq`,
    [id],
  );
  expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test('writes nothing while nothing is written', async () => {
  await age(await conversation('Tapir'));
  await indexTexts(node.context.db);
  const version = async () => (await node.pool.query<object>(`select xmin, upto from search_watermark`)).rows;
  const before = await version();
  await sleep(20);
  expect(await indexTexts(node.context.db)).toBe(0);
  expect(await version()).toEqual(before);
});

test('a backlog is left between two steps when it stops, and else worked off without a pause', async () => {
  const id = await conversation('Okapi 1');
  // A step for each, since they are days apart, and of no less than 100 ms.
  await node.pool.query(
    `insert into messages (conversation_id, seq, kind, author, side, body, created_at)
     select $1, n, 'text', 'john', 'buyer', 'Okapi ' || n, now() - n * interval '30 days' from generate_series(2, 15) n`,
    [id],
  );
  await node.pool.query(`create function dawdle() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.1); return new; end $$`);
  await node.pool.query(`create trigger dawdle before update on search_watermark for each row
    when (old.upto < new.upto) execute function dawdle()`);
  await node.pool.query(`update search_watermark set upto = '-infinity'`);
  const first = startTextIndexing(node.context);
  await vi.waitFor(async () => expect(await indexedTexts(id)).not.toEqual([]), 5_000);
  await first.stop();
  expect((await indexedTexts(id)).length).toBeLessThan(8);
  const second = startTextIndexing(node.context);
  await vi.waitFor(async () => expect((await indexedTexts(id)).length).toBeGreaterThanOrEqual(14), 5_000);
  await second.stop();
  await node.pool.query(`drop trigger dawdle on search_watermark`);
});

test('waits for what is dated before it and committed after', async () => {
  const id = await conversation('Quagga early');
  const late = await node.pool.connect();
  await late.query('begin');
  await late.query(
    `insert into messages (conversation_id, seq, kind, author, side, body, created_at)
     values ($1, 2, 'text', 'john', 'buyer', 'Quagga late', now())`,
    [id],
  );
  await sleep(3_500);
  await indexTexts(node.context.db);
  await late.query('commit');
  late.release();
  expect((await found('quagga'))[0]?.hit?.seq).toBe(2);
  await sleep(3_500);
  await indexTexts(node.context.db);
  expect(await indexedTexts(id)).toEqual(['quagga early', 'quagga late']);
});

test('waits for nobody who only reads, as a dump does', async () => {
  const reader = await node.pool.connect();
  await reader.query('begin isolation level repeatable read');
  await reader.query('select count(*) from messages');
  const id = await conversation('Gaur');
  await sleep(3_500);
  await indexTexts(node.context.db);
  await reader.query('commit');
  reader.release();
  expect(await indexedTexts(id)).toEqual(['gaur']);
});

test('edits and redactions while it reads leave no old words', async () => {
  const id = await conversation('Numbat 1');
  for (let index = 2; index <= 20; index += 1) await send(node, 'john', id, `Numbat ${index}`);
  await age(id);
  await node.pool.query(`update search_watermark set upto = now() - interval '5 minutes'`);
  await node.pool.query(`delete from message_texts`);
  const changes = Array.from({ length: 20 }, (_none, index) =>
    index % 2
      ? actions.redactMessage(node.context, person('john'), { params: { id, seq: index + 1 } })
      : actions.editMessage(node.context, person('john'), {
          params: { id, seq: index + 1 },
          body: { text: 'Changed' },
        }),
  );
  await Promise.all([...changes, indexTexts(node.context.db)]);
  expect(await found('numbat')).toEqual([]);
  await age(id);
  await indexTexts(node.context.db);
  expect(await indexedTexts(id)).toEqual(Array.from({ length: 10 }, () => 'changed'));
});

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
  for (const id of [edited, redacted]) await age(id);
  await node.pool.query(`update search_watermark set upto = now() - interval '5 minutes'`);
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
