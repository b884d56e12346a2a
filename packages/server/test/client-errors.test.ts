import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerClientError } from '../src/http/client-errors.ts';
import { readProblem, startTestService, type TestService } from './support/running-service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

function open(url: string): Socket {
  return connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
}

/** What the other side has sent until it ended, as the response that it is. */
async function readResponse(socket: Socket): Promise<Response> {
  let answer = '';
  socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
  await once(socket, 'end');
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [status = '', ...headers] = head.split('\r\n');
  const pairs = headers.map((line) => line.split(/: (.*)/).slice(0, 2));
  return new Response(body, {
    status: Number(status.split(' ')[1]),
    headers: pairs.map(([name = '', value = '']): [string, string] => [name, value]),
  });
}

test.each([
  ['what is no HTTP', 'parley\r\n\r\n', 400, 'bad-request'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: parley\r\nno colon\r\n\r\n', 400, 'bad-request'],
  ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 400, 'bad-request'],
  ['headers over 16 KB', `GET / HTTP/1.1\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`, 431, 'head-too-large'],
])('%s is answered with a problem, and the connection ends', async (_name, request, status, code) => {
  const socket = open(service.url);
  socket.write(request);
  const response = await readResponse(socket);
  expect(response.headers.get('connection')).toBe('close');
  expect(await readProblem(response)).toMatchObject({ status, type: `/problems/${code}` });
  socket.end();
});

test('who still writes hears the answer all the same, and is cut off where they do not stop', async () => {
  const socket = open(service.url);
  let isReset = false;
  socket.on('error', () => (isReset = true));
  socket.write(`GET / HTTP/1.1\r\nX: ${'y'.repeat(17_000)}`);
  for (let written = 0; written < 20; written += 1) {
    await sleep(20);
    socket.write('y'.repeat(10_000));
  }
  expect(isReset).toBe(false);
  expect((await readResponse(socket)).status).toBe(431);
  const answered = performance.now();
  while (!isReset) {
    socket.write('y'.repeat(10_000));
    await sleep(100);
  }
  expect(performance.now() - answered).toBeLessThan(4_000);
});

test('a request that does not arrive in time is answered with 408', async () => {
  const server = createServer({ headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 50 });
  server.on('clientError', answerClientError);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\n');
  expect(await readProblem(await readResponse(socket))).toMatchObject({ status: 408 });
  await new Promise((resolve) => server.close(resolve));
});
