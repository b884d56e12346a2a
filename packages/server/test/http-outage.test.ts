import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, connectAs, connectSocket } from './support/socket.ts';
import {
  readProblem,
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from './support/running-service.ts';

/** Stands between the service and PostgreSQL, as the network does, and can be cut as that can. */
interface Line {
  readonly url: string;
  cut(): void;
  mend(): void;
  close(): void;
}

let line: Line;
let service: TestService;

beforeAll(async () => {
  service = await startTestService({}, async (url) => {
    line = await layLine(url);
    return line.url;
  });
  await seedShop(service);
});
afterAll(async () => {
  line.mend();
  await service.close();
  line.close();
});

async function layLine(databaseUrl: string): Promise<Line> {
  const url = new URL(databaseUrl);
  const folder = url.searchParams.get('host');
  const port = url.port === '' ? '5432' : url.port;
  const target = () =>
    folder === null ? connect(Number(port), url.hostname) : connect(`${folder}/.s.PGSQL.${port}`);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.resetAndDestroy();
    const far = target();
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => sockets.delete(one));
      one.pipe(other);
    }
  });
  await listen(server);
  const address = server.address() as AddressInfo;
  return {
    url: `postgres://${url.username}:${url.password}@127.0.0.1:${address.port}${url.pathname}`,
    cut: () => {
      isCut = true;
      sockets.forEach((socket) => socket.destroy());
    },
    mend: () => {
      isCut = false;
    },
    close: () => server.close(),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

test('without its database the service answers 503, lives, and comes back by itself', async () => {
  const as = await tokenFor('john');
  const body = { listingId: 'bowl', text: 'Hello', clientId: 'c-1' };
  const { conversation } = await service.ask('openConversation', { as, body });
  line.cut();
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
  line.mend();
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
  line.cut();
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
  line.mend();
  socket.close();
});
