import { randomUUID } from 'node:crypto';
import type { ModerationConversation, Query } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../src/actions/index.ts';
import { indexTexts } from '../src/jobs/index-texts.ts';
import { startModeration, type Moderation } from './support/moderation.ts';
import type { TestNode } from './support/node.ts';
import { openAbout, person, problemOf, putBowl, send } from './support/shop.ts';

let moderation: Moderation;
let node: TestNode;

beforeAll(async () => {
  moderation = await startModeration();
  ({ node } = moderation);
});
afterAll(() => moderation.close());

const conversation = (text: string, buyer?: string, title?: string) =>
  moderation.conversation(text, buyer, title);
const list: Moderation['list'] = (query) => moderation.list(query);
const found = (q: string) => moderation.found(q);
const age = (conversationId: string) => moderation.age(conversationId);
const indexedTexts = (conversationId: string) => moderation.indexedTexts(conversationId);

/** Seven hundred conversations that are newer than all others. */
async function crowd(): Promise<void> {
  await node.pool.query(
    `insert into users (id, name) select 'many-' || n, 'Many' from generate_series(1, 700) n
       on conflict do nothing`,
  );
  await node.pool.query(`with made as (
      insert into conversations (id, listing_id, buyer_id, store_id, last_seq, last_at)
      select gen_random_uuid(), 'bowl', u.id, 'clay', 1, date_trunc('milliseconds', now()) + interval '1 minute' from users u
      where u.id like 'many-%' returning id)
    insert into messages (conversation_id, seq, kind, author, side, body, created_at)
    select id, 1, 'text', null, 'system', 'common words', now() - interval '1 hour' from made`);
}

async function disperse(): Promise<void> {
  await node.pool.query(`delete from message_texts where folded = 'common words'`);
  await node.pool.query(`delete from messages where body = 'common words'`);
  await node.pool.query(`delete from conversations where buyer_id like 'many-%'`);
}

function shown(item: ModerationConversation | undefined): string | undefined {
  return item?.hit?.excerpt.slice(item.hit.start, item.hit.end);
}

/** Each sought word is found in what was just written, and in what the index has read. */
describe.each(['tail', 'index'] as const)('search in texts, from the %s', (from) => {
  async function told(text: string): Promise<string> {
    const id = await conversation(text);
    if (from === 'index') {
      await age(id);
      await indexTexts(node.context.db);
      expect(await indexedTexts(id)).toHaveLength(1);
    }
    return id;
  }

  test('accents, case, and parts of words', async () => {
    const id = await told(`Grüße aus dem CAFÉ, ${from}! Straße, cafe\u0301ine`);
    for (const [q, hit] of [
      ['gruss', undefined],
      ['grusse', 'Grüße'],
      ['CAFÉ', 'CAFÉ'],
      ['afe', 'AFÉ'],
      ['strasse', 'Straße'],
      ['rass', 'raß'],
      ['feine', 'fe\u0301ine'],
    ] as const) {
      const item = (await found(q)).find((one) => one.id === id);
      expect(item?.hit?.seq, q).toBe(1);
      if (hit !== undefined) expect(shown(item)).toBe(hit);
    }
    expect((await found('cafeteria')).map((one) => one.id)).not.toContain(id);
  });

  test('%, _, quotes and backslashes are plain', async () => {
    const id = await told(`A 100% sure_thing 'so' "to" \\say in the ${from}`);
    const other = await told('A 100 sure thing so to say');
    for (const q of ['100%', 'sure_thing', "'so'", '"to"', '\\say', '％', '100％']) {
      const ids = (await found(q)).map((one) => one.id);
      expect(ids, q).toContain(id);
      expect(ids, q).not.toContain(other);
    }
    expect(await found('100%sure')).toEqual([]);
  });

  test('several words are all there, in any order', async () => {
    const id = await told(`The zebra of ${from} eats quinoa`);
    expect((await found(`quinoa ${from}`)).map((one) => one.id)).toEqual([id]);
    expect(await found('zebra potato')).toEqual([]);
  });

  test('letters that no trigram is made of', async () => {
    const id = await told(`Привет из ${from}, 日本語`);
    for (const q of ['ПРИВЕТ', 'рив', '本', '日本語'])
      expect((await found(q)).map((one) => one.id)).toContain(id);
  });

  test('what was edited is found by its new words alone', async () => {
    const id = await told(`Before the edit of ${from}: walrus${from}`);
    await actions.editMessage(node.context, person('john'), {
      params: { id, seq: 1 },
      body: { text: `Now ocelot${from}` },
    });
    expect(await found(`walrus${from}`)).toEqual([]);
    expect((await found(`ocelot${from}`))[0]).toMatchObject({ id, hit: { seq: 1 } });
    await age(id);
    await indexTexts(node.context.db);
    expect(await found(`walrus${from}`)).toEqual([]);
    expect((await found(`ocelot${from}`))[0]).toMatchObject({ id, hit: { seq: 1 } });
  });

  test('what was taken back is never found', async () => {
    const id = await told(`Taken back gnu${from}`);
    expect(await found(`gnu${from}`)).toHaveLength(1);
    await actions.redactMessage(node.context, person('john'), { params: { id, seq: 1 } });
    expect(await found(`gnu${from}`)).toEqual([]);
    await indexTexts(node.context.db);
    expect(await found(`gnu${from}`)).toEqual([]);
    expect(await indexedTexts(id)).toEqual([]);
  });

  test('a stale copy in the index shows nothing', async () => {
    const id = await told(`Plain words of ${from}`);
    await node.pool.query(
      `insert into message_texts values ($1, 1, 'okapi') on conflict (conversation_id, seq) do update set folded = 'okapi'`,
      [id],
    );
    expect((await found('okapi')).map((one) => one.hit)).toEqual([]);
  });
});

describe('the list', () => {
  test('names, titles and order numbers; newest first, and where the text stands', async () => {
    const first = await conversation('One', 'ann', 'Ágata Ring');
    const second = await conversation('Two', 'ann', 'Agata Ring');
    await send(node, 'sarah', second, 'Newest word');
    const items = await found('agata');
    expect(items.map((one) => one.id)).toEqual([second, first]);
    expect(items[0]).toMatchObject({
      hit: null,
      flags: [],
      reports: 0,
      buyer: { name: 'Ánn Café' },
      store: { id: 'clay' },
    });
    expect(JSON.stringify(items)).not.toContain('Newest word');
    expect((await found('cafe clay agata')).map((one) => one.id)).toEqual([second, first]);
    await send(node, 'ann', first, 'And now this one');
    expect((await found('agata')).map((one) => one.id)).toEqual([first, second]);
  });

  test('the hit is the newest matching text', async () => {
    const id = await conversation('A capybara, first');
    await send(node, 'sarah', id, 'Another capybara, later');
    await age(id);
    await indexTexts(node.context.db);
    await send(node, 'john', id, 'Nothing of the kind');
    expect((await found('capybara'))[0]?.hit?.seq).toBe(2);
  });

  test('filters hold together', async () => {
    const listing = `l-${randomUUID()}`;
    await putBowl(node, listing, 'Filtered');
    const id = await openAbout(node, 'eve', listing, 'Filter me');
    const ids = async (query: Query<'listModerationConversations'>) =>
      (await list(query)).items.map((one) => one.id);
    expect(await ids({ userId: 'eve' })).toEqual([id]);
    expect(await ids({ userId: 'sarah', listingId: listing })).toEqual([id]);
    expect(await ids({ userId: 'ann', listingId: listing })).toEqual([]);
    expect(await ids({ storeId: 'nowhere' })).toEqual([]);
    expect(await ids({ storeId: 'clay', listingId: listing, status: 'open' })).toEqual([id]);
    expect(await ids({ status: 'locked' })).toEqual([]);
    const now = Date.now();
    const hour = 3_600_000;
    const at = (offset: number) => new Date(now + offset).toISOString();
    expect(await ids({ listingId: listing, from: at(-hour), to: at(hour) })).toEqual([id]);
    expect(await ids({ listingId: listing, from: at(hour) })).toEqual([]);
    expect(await ids({ listingId: listing, to: at(-hour) })).toEqual([]);
    expect(await ids({ flag: 'report' })).toEqual([]);
    await actions.reportConversation(node.context, person('eve'), {
      body: { conversationId: id, reason: 'scam' },
    });
    expect((await list({ flag: 'report' })).items).toMatchObject([{ id, flags: ['report'], reports: 1 }]);
    expect(await ids({ flag: 'phone' })).toEqual([]);
    expect(await ids({ q: 'filter', userId: 'eve' })).toEqual([id]);
    expect(await ids({ q: 'filter', userId: 'ann' })).toEqual([]);
  });

  test('pages meet without gap or repetition, with and without words', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1)
      ids.push(await conversation(`Tapir ${index}`, 'john', 'Paged'));
    await node.pool.query(
      `update conversations set last_at = date_trunc('second', last_at) where id = any($1::uuid[])`,
      [ids],
    );
    for (const q of ['tapir', 'paged', undefined]) {
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await list({
          limit: 2,
          ...(q !== undefined && { q }),
          ...(cursor !== undefined && { cursor }),
        });
        seen.push(...page.items.map((one) => one.id));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
      if (q !== undefined) expect(seen).toHaveLength(7);
    }
    expect(await problemOf(list({ cursor: 'bogus' }))).toBe('invalid cursor');
  });

  test.each([
    ['among the newest', 'quokka', false],
    ['by the index', 'wombat', true],
  ])('copies of texts that changed neither match nor take a place, %s', async (_where, word, isCrowded) => {
    const holding = await conversation(`A ${word} that is still there`);
    const edited = await conversation('Something else by now');
    const redacted = await conversation(`A ${word}, taken back`);
    for (const id of [holding, edited, redacted]) await age(id);
    if (isCrowded) await crowd();
    await indexTexts(node.context.db);
    await node.pool.query(`update messages set body = '', redacted_at = now() where conversation_id = $1`, [
      redacted,
    ]);
    await node.pool.query(
      `insert into message_texts select id, 1, $2 from unnest($1::uuid[]) id
       on conflict (conversation_id, seq) do update set folded = excluded.folded`,
      [[edited, redacted], `a ${word} of before`],
    );
    const page = await list({ q: word, limit: 1 });
    if (isCrowded) await disperse();
    expect(page.items.map((item) => [item.id, shown(item)])).toEqual([[holding, word]]);
    expect(page.nextCursor).toBeNull();
  });

  test('rare words behind many newer conversations, common ones, and ones of two letters', async () => {
    const rare = await conversation('A pangolin 月火 xq, once');
    await crowd();
    await age(rare);
    await node.pool.query(`update search_watermark set upto = '-infinity'`);
    await indexTexts(node.context.db);
    for (const q of ['pangolin', 'xq', '月火'])
      expect(
        (await found(q)).map((one) => one.id),
        q,
      ).toEqual([rare]);
    const page = await list({ q: 'common', limit: 100 });
    expect(page.items).toHaveLength(100);
    expect(page.nextCursor).not.toBeNull();
    await disperse();
  });
});
