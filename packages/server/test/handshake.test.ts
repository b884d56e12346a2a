import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { apiKey, startTestService, tokenFor, type TestService } from './support/running-service.ts';
import { connectAs, connectSocket } from './support/socket.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

test('foreign origins are refused before the handshake', async () => {
  await expect(connectSocket(service.url, { origin: 'https://evil.example' })).rejects.toThrow('403');
  const own = await connectSocket(service.url, {
    origin: service.app.context.config.allowedOrigins[0] ?? '',
  });
  own.close();
});

test('a token that is renewed behind the end of its connection leaves no timer for its expiry', async () => {
  await service.ask('putUser', { params: { id: 'john' }, body: { name: 'John' } });
  const exp = Math.floor(Date.now() / 1000) + 20 * 86_400;
  const token = await tokenFor('john', { exp });
  const timers = vi.spyOn(globalThis, 'setTimeout');
  for (let count = 0; count < 50; count += 1) {
    const socket = await connectAs(service.url, 'john', { exp });
    socket.send({ op: 'auth', ref: 'again', token });
    socket.close();
    await socket.closed;
  }
  const ofExpiry = () =>
    timers.mock.results.filter((_result, index) => (timers.mock.calls[index]?.[1] ?? 0) > 86_400_000);
  expect(ofExpiry().length).toBeGreaterThanOrEqual(50);
  const left = () => ofExpiry().filter(({ value }) => !Reflect.get(Object(value), '_destroyed'));
  await vi.waitFor(() => expect(left()).toEqual([]));
  timers.mockRestore();
});

test('an offer of another protocol is ignored, with a body too, and the connection goes on (RFC 9110, 7.8)', async () => {
  const { hostname, port } = new URL(service.url);
  const socket = connect({ host: hostname, port: Number(port) });
  let answers = '';
  socket.on('data', (bytes) => (answers += bytes.toString()));
  const body = JSON.stringify({ name: 'Jürgen' });
  const headers = (length: number) =>
    [
      'Host: here',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAEAAEAAAAIAAAAA',
      `Authorization: Bearer ${apiKey}`,
      'Content-Type: application/json',
      `Content-Length: ${length}`,
    ].join('\r\n');
  socket.write(
    `PUT /v1/users/upgrader HTTP/1.1\r\n${headers(Buffer.byteLength(body))}\r\n\r\n${body.slice(0, 5)}`,
  );
  await sleep(50);
  socket.write(body.slice(5));
  await vi.waitFor(() => expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*"name":"Jürgen"/));
  answers = '';
  const ended = once(socket, 'close');
  socket.write(
    `GET /v1/users/upgrader HTTP/1.1\r\n${headers(0).replace('Connection: ', 'Connection: close, ')}\r\n\r\n`,
  );
  await ended;
  expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*"name":"Jürgen"/);
});

test('a refused handshake leaves no connection here, whether or not the other side ends its own, and says why', async () => {
  const { hostname, port } = new URL(service.url);
  const kept = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  kept.on('error', () => undefined);
  const broken = new Promise((resolve) => kept.once('close', resolve));
  kept.write(
    'GET /v1/realtime HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: https://evil.example\r\n\r\n',
  );
  let answer = '';
  kept.on('data', (bytes) => (answer += bytes.toString()));
  await once(kept, 'end');
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 403 .*^content-type: application\/problem\+json/ims);
  expect(JSON.parse(body)).toMatchObject({ type: '/problems/forbidden', status: 403 });
  // Whoever is gone answers what still comes with a reset.
  const talk = setInterval(() => kept.write('still here'), 20);
  await broken;
  clearInterval(talk);
});
