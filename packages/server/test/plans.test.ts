import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../../../bench/src/generate/generate.ts';
import { bigSeller } from '../../../bench/src/generate/world.ts';
import { createTestDatabase } from '../../../test/support/database.ts';
import { loadFirstPage, loadInboxPage, loadUnreadTotals, type InboxQuery } from '../src/db/conversations.ts';
import { loadMessages } from '../src/db/messages.ts';
import { loadMissed } from '../src/db/missed.ts';
import { loadListed } from '../src/db/moderation.ts';
import { findConversations, type ModerationFilter } from '../src/db/moderation-search.ts';
import { statementName } from '../src/db/plan-once.ts';
import { readTerms } from '../src/db/search.ts';
import type { Tables } from '../src/db/tables.ts';
import { loadCommonTrigrams, rareTrigrams } from '../src/db/trigrams.ts';

/** What `explain` says of one step. */
interface Step {
  readonly type: string;
  readonly relation: string | undefined;
  readonly index: string | undefined;
  /** Rows that came out of it, all loops together. */
  readonly rows: number;
}

/** Tables that grow with the marketplace; reading one from end to end is what no list may do. */
const big = new Set([
  'conversations',
  'conversation_search',
  'messages',
  'message_texts',
  'participants',
  'users',
  'listings',
  'orders',
]);
const shape = { messages: 60_000, conversations: 20_000, seller: 8_000, longest: 5_000 };
/** Rows that one step may give: more than a window of a search, far fewer than the seller's conversations. */
const mostRows = 3_000;

let pool: pg.Pool;
let db: Kysely<Tables>;
let longest = '';
let executed: CompiledQuery[] = [];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const database = await createTestDatabase();
  ends.push(() => database.drop());
  await generate(database.url, shape, { say: () => undefined });
  pool = new pg.Pool({ connectionString: database.url, max: 4 });
  ends.unshift(() => pool.end());
  db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void executed.push(query),
  });
  const row = await db
    .selectFrom('conversations')
    .select('id')
    .orderBy('last_seq', 'desc')
    .executeTakeFirstOrThrow();
  longest = row.id;
}, 60_000);
afterAll(async () => {
  for (const end of ends) await end();
});

/** The plans of every statement that `read` executes, as PostgreSQL carries them out. */
async function stepsOf(read: () => Promise<unknown>): Promise<Step[]> {
  executed = [];
  await read();
  const steps: Step[] = [];
  for (const query of executed.filter((one) => /^(\/\*.*?\*\/)?\s*(select|with)\b/.test(one.sql)))
    collect(await explain(query), steps);
  return steps;
}

/** Those that connections prepare by the plan that has to do for all values: the one for the values at hand is hardly ever used. */
async function explain({ sql, parameters }: CompiledQuery): Promise<unknown> {
  const how = 'explain (analyze, timing off, format json)';
  if (statementName(sql) === null) {
    const { rows } = await pool.query<{ 'QUERY PLAN': unknown }>(`${how} ${sql}`, [...parameters]);
    return rows[0]?.['QUERY PLAN'];
  }
  const client = await pool.connect();
  try {
    await client.query(`set plan_cache_mode = force_generic_plan; prepare asked as ${sql}`);
    const values = parameters.map(literal).join();
    const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(`${how} execute asked(${values})`);
    return rows[0]?.['QUERY PLAN'];
  } finally {
    client.release(true);
  }
}

function literal(value: unknown): string {
  if (typeof value === 'string') return pg.escapeLiteral(value);
  return Array.isArray(value) ? pg.escapeLiteral(`{${value.join()}}`) : JSON.stringify(value);
}

function collect(node: unknown, into: Step[]): void {
  if (Array.isArray(node)) return node.forEach((one) => collect(one, into));
  if (typeof node !== 'object' || node === null) return;
  const facts = new Map<string, unknown>(Object.entries(node));
  const text = (name: string): string | undefined => {
    const value = facts.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const type = text('Node Type');
  if (type !== undefined)
    into.push({
      type,
      relation: text('Relation Name'),
      index: text('Index Name'),
      rows: Number(facts.get('Actual Rows')) * Number(facts.get('Actual Loops')),
    });
  collect(facts.get('Plan'), into);
  collect(facts.get('Plans'), into);
}

/** That the statements read by these indexes, no big table from its beginning to its end, and nowhere a whole inbox. */
async function expectPlan(read: () => Promise<unknown>, indexes: readonly string[]): Promise<void> {
  const steps = await stepsOf(read);
  expect(steps.filter((step) => step.type === 'Seq Scan' && big.has(step.relation ?? ''))).toEqual([]);
  expect(steps.filter((step) => step.rows > mostRows)).toEqual([]);
  const used = new Set(steps.flatMap((step) => step.index ?? []));
  expect([...used]).toEqual(expect.arrayContaining([...indexes]));
}

function inbox(query: Partial<InboxQuery>, q = ''): () => Promise<unknown> {
  return async () =>
    loadInboxPage(db, {
      userId: bigSeller,
      filter: 'all',
      terms: await readTerms(db, q),
      limit: 50,
      after: null,
      onlyConversation: null,
      ...query,
    });
}

describe('the inbox of a seller with 8,000 conversations', () => {
  const after = {
    at: new Date(Date.now() - 300 * 86_400_000).toISOString(),
    id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  };

  test.each<[string, Partial<InboxQuery>, string]>([
    ['first page', {}, 'participants_inbox'],
    ['a later page', { after }, 'participants_inbox'],
    ['archived', { filter: 'archived' }, 'participants_inbox'],
    ['unread', { filter: 'unread' }, 'participants_unread'],
    ['needs reply', { filter: 'needs-reply' }, 'participants_reply'],
  ])('%s', async (_name, query, index) => {
    await expectPlan(inbox(query), [index, 'conversations_pkey']);
  });

  test.each([
    ['a common name', 'anna', ['participants_inbox', 'conversation_search_pkey']],
    ['a rare title', 'ocarina', ['conversation_search_store']],
    ['nothing that there is', 'xylophagous', ['conversation_search_store']],
    ['two letters that nobody has', 'qx', ['conversation_search_pairs', 'conversation_search_own']],
  ])('search for %s', async (_name, q, indexes) => {
    await expectPlan(inbox({}, q), indexes);
  });

  test('a search reads the names of those seats alone whose signatures may hold the words', async () => {
    const looked = (await stepsOf(inbox({}, 'anna bowl'))).filter(
      (step) => step.relation === 'conversation_search',
    );
    expect(looked.reduce((rows, step) => rows + step.rows, 0)).toBeLessThan(200);
    const seats = (await stepsOf(inbox({}, 'anna bowl'))).filter(
      (step) => step.index === 'participants_inbox',
    );
    expect(Math.max(...seats.map((step) => step.rows))).toBeGreaterThan(1_000);
  });

  test('a sync: what was missed of 50 conversations, the first page, and those that are not on it', async () => {
    const { rows } = await pool.query<{ id: string }>(
      `select conversation_id as id from participants where user_id = $1 order by last_at limit 50`,
      [bigSeller],
    );
    const old = rows.map(({ id }) => id);
    const named = { userId: bigSeller, limit: 50, onlyConversation: null };
    await expectPlan(() => loadMissed(db, bigSeller, new Map(old.map((id) => [id, 0]))), ['messages_pkey']);
    await expectPlan(() => loadFirstPage(db, named, old), ['participants_inbox', 'participants_pkey']);
    expect((await loadFirstPage(db, named, old)).besides.map(({ id }) => id).sort()).toEqual(old.sort());
  });

  test('unread totals are counted in the index alone', async () => {
    const steps = await stepsOf(() => loadUnreadTotals(db, bigSeller, null));
    const counting: unknown = expect.objectContaining({
      type: 'Index Only Scan',
      index: 'participants_unread',
    });
    expect(steps).toContainEqual(counting);
    expect(await stepsOf(inbox({}))).toContainEqual(counting);
    // Read by two statements, page and totals would be of two moments.
    expect(executed).toHaveLength(1);
  });
});

describe('a conversation of 5,000 messages', () => {
  test('newest, older and missed messages', async () => {
    const range = { conversationId: longest, limit: 50 };
    await expectPlan(() => loadMessages(db, range), ['messages_pkey']);
    await expectPlan(() => loadMessages(db, { ...range, before: 2_500 }), ['messages_pkey']);
    await expectPlan(() => loadMissed(db, bigSeller, new Map([[longest, 2_500]])), ['messages_pkey']);
  });
});

describe("the moderators' list", () => {
  const list =
    (filter: ModerationFilter, q = '') =>
    async () => {
      const terms = await readTerms(db, q);
      const page = await findConversations(db, { filter, terms, limit: 50, after: null });
      await loadListed(db, page.found, terms);
    };
  const month = {
    from: new Date(Date.now() - 400 * 86_400_000),
    to: new Date(Date.now() - 370 * 86_400_000),
  };

  test.each<[string, ModerationFilter, string]>([
    ['first page', {}, 'conversations_last'],
    ['of a month', month, 'conversations_last'],
    ['of a store', { storeId: 'store-0' }, 'conversations_store'],
    ['of the seller', { userId: bigSeller }, 'participants_inbox'],
    ['of a buyer', { userId: 'buyer-7' }, 'participants_inbox'],
    ['closed', { status: 'closed' }, 'conversations_status'],
    ['closed ones of a store', { status: 'closed', storeId: 'store-0' }, 'conversations_store_status'],
    ['reported', { flag: 'report' }, 'conversations_reported'],
  ])('%s', async (_name, filter, index) => {
    await expectPlan(list(filter), [index]);
  });

  test.each([
    ['a common word', 'glaze', ['conversations_last', 'message_texts_pkey']],
    [
      'a rare word',
      'celadon',
      ['message_texts_folded', 'conversation_search_store', 'conversation_search_buyer'],
    ],
    ['no word of any text', 'xylophagous', ['message_texts_folded']],
  ])('search for %s', async (_name, q, indexes) => {
    await expectPlan(list({}, q), indexes);
  });
});

describe('what the trigram indexes are asked for', () => {
  test('is the rare trigrams of a word, by what ANALYZE found in texts and names', async () => {
    const inTexts = await loadCommonTrigrams(db, 'message_texts_trigrams');
    // `lad` is in so few texts that a sample may or may not find it common.
    expect(rareTrigrams('celadon', inTexts)).toEqual(expect.arrayContaining(['ado', 'don']));
    for (const common of ['cel', 'ela']) expect(rareTrigrams('celadon', inTexts)).not.toContain(common);
    expect(rareTrigrams('glaze', inTexts)).toEqual([]);
    const inNames = await loadCommonTrigrams(db, 'conversation_search_trigrams');
    expect(rareTrigrams('quillfeather', inNames)).toContain('llf');
    expect(rareTrigrams('quillfeather', inNames)).not.toContain('the');
  });

  test('leaves out what is no plain letter, repeats itself or is too much; and is all of it where nothing is known', () => {
    const common = new Set(['the']);
    expect(rareTrigrams('thé-éa ab', common)).toEqual([]);
    expect(rareTrigrams('zzzzzz', common)).toEqual(['zzz']);
    expect(rareTrigrams('abcdefghijkl', common)).toHaveLength(5);
    expect(rareTrigrams('celadon', new Set())).toEqual([]);
  });
});

describe('however it was looked for, a search finds what there is', () => {
  const words = [
    'anna',
    'bowl',
    'maria',
    'lamp',
    'anna bowl',
    'peter vase',
    'quillfeather',
    'ocarina',
    'theo',
    'jo',
    'qx',
  ];

  async function lookEverywhere(from: string, holds: (pattern: string) => string, q: string) {
    const patterns = q.split(' ').map((word) => holds(`'%${word}%'`));
    const { rows } = await pool.query<{ id: string }>(
      `select c.id from ${from} where ${patterns.join(' and ')} order by c.last_at desc, c.id desc limit 50`,
    );
    return rows.map((row) => row.id);
  }

  test.each(words)('%s, among the seats of the seller', async (q) => {
    const page = await loadInboxPage(db, {
      userId: bigSeller,
      filter: 'all',
      terms: await readTerms(db, q),
      limit: 50,
      after: null,
      onlyConversation: null,
    });
    const expected = await lookEverywhere(
      `conversations c join conversation_search k on k.conversation_id = c.id
         join participants p on p.conversation_id = c.id and p.user_id = '${bigSeller}'`,
      (pattern) => `k.buyer_search like ${pattern}`,
      q,
    );
    expect(page.items.map((item) => item.id)).toEqual(expected);
  });

  test.each(['glaze', 'celadon', 'kiln glue', 'quillfeather', 'xylophagous'])(
    '%s, in all texts',
    async (q) => {
      const page = await findConversations(db, {
        filter: {},
        terms: await readTerms(db, q),
        limit: 50,
        after: null,
      });
      const every = q.split(' ').map((word) => `t.folded like '%${word}%'`);
      const expected = await lookEverywhere(
        'conversations c join conversation_search k on k.conversation_id = c.id',
        (pattern) => `(k.buyer_search like ${pattern} or k.store_search like ${pattern}
        or exists (select 1 from message_texts t where t.conversation_id = c.id and ${every.join(' and ')}))`,
        q,
      );
      expect(page.found.map((one) => one.id)).toEqual(expected);
    },
  );
});
