import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serializeError } from '../src/http/logging.ts';
import {
  readProblem,
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from './support/running-service.ts';
import { at, connectAs, connectSocket, type TestSocket } from './support/socket.ts';

let service: TestService;
let john: string;

beforeAll(async () => {
  service = await startTestService({ LIMIT_CONNECTIONS: '20' });
  await seedShop(service);
  john = await tokenFor('john');
});
afterAll(() => service.close());

test.each(['/**', '/a*b', '/x/:a(', '/:a((a+)+$)', '/c/:id', '/v1/inbox:*'])(
  'an address that looks like a pattern is only not there: %s',
  async (path) => {
    const response = await fetch(`${service.url}${path}`, { method: 'PUT' });
    expect((await readProblem(response)).type).toBe('/problems/not-found');
  },
);

const id = '0199c1f2-0000-7000-8000-000000000000';

test.each([
  `2026-01-31T12:00:00.000Z ${'-'.repeat(36)}`,
  `2026-02-30T12:00:00.000Z ${id}`,
  `2026-01-31T24:00:00.000Z ${id}`,
  `0000-01-31T12:00:00.000Z ${id}`,
])('a cursor that the database could not read is refused: %s', async (position) => {
  const cursor = Buffer.from(position).toString('base64url');
  const response = await service.call('listInbox', { as: john, query: { cursor } });
  expect((await readProblem(response)).errors).toMatchObject([{ pointer: 'cursor' }]);
});

test.each([
  ['items', { text: 'hi', clientId: 'c', attachmentIds: new Array<number>(400_000).fill(0) }],
  ['fields', Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`f${index}`, 0]))],
])('of a body with a great many wrong %s one error is looked for', async (_many, body) => {
  const response = await service.call('sendMessage', { as: john, params: { id }, body });
  expect((await readProblem(response)).errors).toHaveLength(1);
});

describe('a socket', () => {
  test('is answered what it sent on the heels of auth', async () => {
    const socket = await connectSocket(service.url);
    for (const frame of [{ op: 'auth', token: john }, { op: 'ping' }, { op: 'ping' }])
      socket.send({ ...frame, ref: `${frame.op}-${socket.frames.length}` });
    expect(at(await socket.next((frame) => frame['op'] === 'pong'), 'ref')).toBe('ping-0');
    expect(socket.frames.map((frame) => frame['op'])).toEqual(['ready', 'pong', 'pong']);
    socket.close();
  });

  test('is one of so many of its person at most', async () => {
    const sockets: TestSocket[] = [];
    for (let opened = 0; opened < 20; opened += 1) sockets.push(await connectAs(service.url, 'john'));
    const oneMore = await connectSocket(service.url);
    const answer = await oneMore.ask({ op: 'auth', ref: 'a', token: john });
    expect(at(answer, 'problem', 'type')).toBe('/problems/too-many');
    expect((await oneMore.closed).code).toBe(1013);
    const other = await connectAs(service.url, 'sarah');
    expect(at(await other.ask({ op: 'ping', ref: 'p' }), 'op')).toBe('pong');
    for (const socket of [...sockets, other]) socket.close();
  });
});

test('saying again who one is takes from the allowance', async () => {
  const strict = await startTestService({ LIMIT_REQUESTS: '5/h' });
  const socket = await connectAs(strict.url, 'john');
  for (let said = 0; said < 6; said += 1) socket.send({ op: 'auth', ref: `again-${said}`, token: john });
  const answer = await socket.next((frame) => frame['ref'] === 'again-5');
  expect(at(answer, 'problem', 'type')).toBe('/problems/too-many');
  socket.close();
  await strict.close();
});

test('an error without frames does not bring its message into the log by its stack', () => {
  const error = Object.assign(new Error('value "my secret words" is too long'), { code: '22001' });
  error.stack = `Error: ${error.message}`;
  expect(JSON.stringify(serializeError(error))).not.toContain('secret');
});
