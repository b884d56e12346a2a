import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRelay, targetOf, through, type Relay } from '../../../test/faults/relay.ts';
import { at, connectAs, connectSocket } from './support/socket.ts';
import {
  readProblem,
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from './support/running-service.ts';

let line: Relay;
let service: TestService;

beforeAll(async () => {
  service = await startTestService({}, async (url) => {
    line = await startRelay(targetOf(url));
    return through(line, url);
  });
  await seedShop(service);
});
afterAll(async () => {
  mend();
  await service.close();
  await line.close();
});

/** Takes the database away: what is connected is reset, and nothing new gets through. */
function cut(): void {
  line.lead({ host: '127.0.0.1', port: 1 });
  line.cut();
}

function mend(): void {
  line.lead(targetOf(service.database.url));
}

test('who needs what a stranger holds hears 503 soon, and does not keep all connections from others', async () => {
  const as = await tokenFor('john');
  const body = { listingId: 'bowl', text: 'Held', clientId: 'c-3' };
  const { conversation } = await service.ask('openConversation', { as, body });
  const stranger = new pg.Client({ connectionString: service.database.url });
  await stranger.connect();
  try {
    await stranger.query('begin');
    await stranger.query('select 1 from participants where conversation_id = $1 for update', [
      conversation.id,
    ]);
    const began = performance.now();
    const seller = await tokenFor('sarah');
    const params = { id: conversation.id };
    // More than there are connections, if each took one.
    const reads = Array.from({ length: 12 }, () =>
      service.call('markRead', { as: seller, params, body: { seq: 1 } }),
    );
    const socket = await connectAs(service.url, 'sarah');
    const read = socket.ask({ op: 'read', ref: 'read', conversationId: conversation.id, seq: 1 });
    expect((await service.call('listInbox', { as })).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(1_900);
    for (const answer of await Promise.all(reads)) {
      expect(await readProblem(answer)).toMatchObject({ type: '/problems/unavailable', status: 503 });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(at(await read, 'problem', 'type')).toBe('/problems/unavailable');
    await stranger.query('rollback');
    expect((await service.call('markRead', { as: seller, params, body: { seq: 1 } })).status).toBe(200);
    socket.close();
  } finally {
    await stranger.end();
  }
});

test('without its database the service answers 503, lives, and comes back by itself', async () => {
  const as = await tokenFor('john');
  const body = { listingId: 'bowl', text: 'Hello', clientId: 'c-1' };
  const { conversation } = await service.ask('openConversation', { as, body });
  cut();
  const refused = await service.call('listInbox', { as });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await readProblem(refused)).toMatchObject({ type: '/problems/unavailable', status: 503 });
  const send = () =>
    service.call('sendMessage', {
      as,
      params: { id: conversation.id },
      body: { text: 'Again', clientId: 'c-2' },
    });
  expect((await send()).status).toBe(503);
  expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  mend();
  expect((await service.call('listInbox', { as })).status).toBe(200);
  expect((await send()).status).toBe(200);
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
});

test('without its database a socket hears 503 and stays; a new one is sent away to come back, not for its token', async () => {
  const token = await tokenFor('john');
  const { items } = await service.ask('listInbox', { as: token });
  const conversationId = items[0]?.id ?? '';
  const socket = await connectAs(service.url, 'john');
  const renewing = await connectAs(service.url, 'john');
  cut();
  const asked = [
    socket.ask({ op: 'read', ref: 'read', conversationId, seq: 1 }),
    socket.ask({ op: 'sync', ref: 'sync', conversations: {} }),
  ];
  for (const answer of await Promise.all(asked)) {
    expect(at(answer, 'problem', 'type')).toBe('/problems/unavailable');
    expect(at(answer, 'problem', 'retryAfter')).toBeGreaterThan(0);
  }
  const fresh = await connectSocket(service.url);
  const refused = await fresh.ask({ op: 'auth', ref: 'auth', token });
  expect(at(refused, 'problem', 'status')).toBe(503);
  expect((await fresh.closed).code).toBe(1013);
  renewing.send({ op: 'auth', ref: 'again', token: await tokenFor('john') });
  expect((await renewing.closed).code).toBe(1013);
  mend();
  socket.close();
});
