import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLimiter } from '../src/http/rate-limit.ts';
import {
  readProblem,
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from './support/running-service.ts';

describe('an allowance', () => {
  let now = 0;
  const rates = {
    limitSends: { count: 5, seconds: 1 },
    limitConversations: { count: 20, seconds: 3600 },
    limitRequests: { count: 50, seconds: 1 },
  };

  test('of sends bursts to four times its rate, then fills at it', () => {
    const limiter = createLimiter(rates, () => now);
    for (let sent = 0; sent < 20; sent += 1) expect(limiter.take('sends', 'john')).toBe(0);
    expect(limiter.take('sends', 'john')).toBe(1);
    expect(limiter.take('sends', 'sarah')).toBe(0);
    now += 1_000;
    for (let sent = 0; sent < 5; sent += 1) expect(limiter.take('sends', 'john')).toBe(0);
    expect(limiter.take('sends', 'john')).toBe(1);
  });

  test('of conversations says how long to wait', () => {
    const limiter = createLimiter(rates, () => now);
    for (let opened = 0; opened < 20; opened += 1) expect(limiter.take('conversations', 'john')).toBe(0);
    expect(limiter.take('conversations', 'john')).toBe(180);
    limiter.giveBack('conversations', 'john');
    expect(limiter.take('conversations', 'john')).toBe(0);
  });

  test('can be asked after without being used', () => {
    const limiter = createLimiter(rates, () => now);
    for (let asked = 0; asked < 60; asked += 1) expect(limiter.wait('addresses', '192.0.2.1')).toBe(0);
    for (let asked = 0; asked < 50; asked += 1) expect(limiter.take('addresses', '192.0.2.1')).toBe(0);
    expect(limiter.wait('addresses', '192.0.2.1')).toBe(1);
    expect(limiter.wait('addresses', '192.0.2.2')).toBe(0);
  });

  test('does not fill above its burst', () => {
    const limiter = createLimiter(rates, () => now);
    limiter.take('requests', 'john');
    now += 3_600_000;
    limiter.giveBack('requests', 'john');
    for (let asked = 0; asked < 50; asked += 1) expect(limiter.take('requests', 'john')).toBe(0);
    expect(limiter.take('requests', 'john')).toBe(1);
  });

  test('is remembered for 100,000 people, and not for more', () => {
    const limiter = createLimiter({ ...rates, limitConversations: { count: 1, seconds: 3600 } }, () => now);
    for (let person = 0; person <= 100_000; person += 1) limiter.take('conversations', `user-${person}`);
    expect(limiter.take('conversations', 'user-100000')).toBe(3600);
    expect(limiter.take('conversations', 'user-0')).toBe(0);
  });
});

describe('over HTTP', () => {
  let service: TestService;
  let john: string;
  let conversationId: string;

  beforeAll(async () => {
    service = await startTestService({
      LIMIT_SENDS: '1/m',
      LIMIT_CONVERSATIONS: '2/h',
      LIMIT_REQUESTS: '30/h',
    });
    await seedShop(service);
    for (const id of ['cup', 'vase'])
      await service.ask('putListing', { params: { id }, body: { storeId: 'clay', title: id } });
    john = await tokenFor('john');
  });
  afterAll(() => service.close());

  const open = (listingId: string, clientId = listingId, as = john) =>
    service.call('openConversation', { as, body: { listingId, text: 'Hello', clientId } });

  test('conversations: an opening of what is there already takes none', async () => {
    const first = await service.ask('openConversation', {
      as: john,
      body: { listingId: 'bowl', text: 'Hello', clientId: 'c-1' },
    });
    conversationId = first.conversation.id;
    expect((await open('bowl', 'c-2')).status).toBe(200);
    expect((await open('cup')).status).toBe(200);
    const refused = await open('vase');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    const problem = await readProblem(refused);
    expect(problem).toMatchObject({
      type: '/problems/too-many',
      retryAfter: Number(refused.headers.get('retry-after')),
    });
  });

  test('sends: an opening is one too, and the back end is limited as the person that it acts for', async () => {
    const refused = await service.call('sendMessage', {
      headers: { 'parley-as': 'john' },
      params: { id: conversationId },
      body: { text: 'Again', clientId: 'c-3' },
    });
    expect(await readProblem(refused)).toMatchObject({ status: 429, retryAfter: 60 });
    const sarah = await tokenFor('sarah');
    const sent = await service.call('sendMessage', {
      as: sarah,
      params: { id: conversationId },
      body: { text: 'Yes', clientId: 'c-4' },
    });
    expect(sent.status).toBe(200);
  });

  test('requests: of a person, of an address without a token; never of the back end', async () => {
    const ada = await tokenFor('ada');
    const statuses = async (as: string | null) => {
      const answers = await Promise.all(Array.from({ length: 40 }, () => service.call('getMe', { as })));
      return answers.map((answer) => answer.status).filter((status) => status === 429).length;
    };
    expect(await statuses(ada)).toBe(10);
    expect(await statuses(null)).toBe(10);
    expect((await service.call('getMe', { as: await tokenFor('sarah') })).status).toBe(200);
    const host = await Promise.all(
      Array.from({ length: 40 }, () => service.call('getUser', { params: { id: 'john' } })),
    );
    expect(host.every((answer) => answer.status === 200)).toBe(true);
  });
});

describe('conversations that a person opens', () => {
  const listings = ['bowl', 'cup', 'vase', 'jug', 'dish', 'plate'];
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ LIMIT_CONVERSATIONS: '2/h' });
    await seedShop(service);
    for (const id of listings)
      await service.ask('putListing', { params: { id }, body: { storeId: 'clay', title: id } });
  });
  afterAll(() => service.close());

  /** How somebody opens conversations, and hears the status. */
  async function opener(userId: string) {
    const as = await tokenFor(userId);
    return async (listingId: string, clientId = listingId) => {
      const body = { listingId, text: 'Hello', clientId };
      return (await service.call('openConversation', { as, body })).status;
    };
  }

  test('are not counted where nothing was opened', async () => {
    const open = await opener('ada');
    for (const _time of listings) expect(await open('nothing')).toBe(404);
    await service.ask('putBlock', { as: await tokenFor('sarah'), params: { id: 'ada' } });
    for (const listingId of listings) expect(await open(listingId)).toBe(403);
    await service.ask('deleteBlock', { as: await tokenFor('sarah'), params: { id: 'ada' } });
    const statuses = [];
    for (const listingId of listings) statuses.push(await open(listingId));
    expect(statuses).toEqual([200, 200, 429, 429, 429, 429]);
  });

  test('are counted once, however often the same opening is repeated', async () => {
    const open = await opener('bea');
    for (const _time of listings) expect(await open('bowl')).toBe(200);
    expect([await open('cup'), await open('vase')]).toEqual([200, 429]);
  });

  test('count once where the same opening comes many times at once', async () => {
    const open = await opener('cleo');
    const [first, second] = await Promise.all([open('bowl'), open('bowl')]);
    expect([first, second]).toEqual([200, 200]);
    expect([await open('cup'), await open('vase')]).toEqual([200, 429]);
  });

  test('stay open to who has used up the allowance', async () => {
    const open = await opener('dora');
    expect([await open('bowl'), await open('cup'), await open('vase')]).toEqual([200, 200, 429]);
    expect([await open('bowl'), await open('cup', 'another')]).toEqual([200, 200]);
    expect(await open('vase')).toBe(429);
  });

  test('are no more than allowed where they are opened at once', async () => {
    const open = await opener('eva');
    const statuses = await Promise.all(listings.map((listingId) => open(listingId)));
    expect(statuses.sort()).toEqual([200, 200, 429, 429, 429, 429]);
    expect((await service.ask('listInbox', { as: await tokenFor('eva') })).items).toHaveLength(2);
  });
});
