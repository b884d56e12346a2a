import pg from 'pg';
import { expect, test } from 'vitest';
import {
  beginConversation,
  readProblem,
  seedShop,
  startTestService,
  type TestService,
} from './support/running-service.ts';
import { connectAs } from './support/socket.ts';

async function open(service: TestService): Promise<string> {
  await seedShop(service);
  return beginConversation(service);
}

async function storedKeys(service: TestService): Promise<string[]> {
  const client = new pg.Client({ connectionString: service.database.url });
  await client.connect();
  const { rows } = await client.query<{ client_id: string }>(
    `select client_id from messages where client_id <> 'first' order by seq`,
  );
  await client.end();
  return rows.map((row) => row.client_id);
}

test('a node that stops answers every send that it stores, and says 1001 after that', async () => {
  const service = await startTestService();
  const conversationId = await open(service);
  const john = await connectAs(service.url, 'john');
  const send = (clientId: string) => {
    if (john.socket.readyState === john.socket.OPEN)
      john.send({ op: 'send', ref: clientId, conversationId, clientId, text: clientId });
  };
  let count = 0;
  const writing = setInterval(() => {
    for (let each = 0; each < 20; each += 1) send(`k${(count += 1)}`);
  }, 2);
  await john.next((frame) => frame['ref'] === 'k40');
  const closing = service.app.close();
  expect(await john.closed).toEqual({ code: 1001, reason: 'going away' });
  clearInterval(writing);
  await closing;
  const answered = john.frames.filter((frame) => frame['op'] === 'sent').map((frame) => frame['ref']);
  expect(answered.length).toBeGreaterThan(40);
  expect(await storedKeys(service)).toEqual(answered);
  expect(john.frames.filter((frame) => frame['op'] === 'error')).toEqual([]);
  await service.close();
}, 30_000);

test('while it drains, a node says so at /readyz and does all else as ever', async () => {
  const service = await startTestService({ DRAIN_SECONDS: '1' });
  const conversationId = await open(service);
  const john = await connectAs(service.url, 'john');
  const closing = service.app.close();
  const ready = await fetch(`${service.url}/readyz`);
  expect(ready.status).toBe(503);
  expect((await readProblem(ready)).detail).toContain('about to stop');
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  const sent = await john.ask({ op: 'send', ref: 'a', conversationId, clientId: 'a', text: 'Still there?' });
  expect(sent['op']).toBe('sent');
  expect((await connectAs(service.url, 'sarah')).socket.readyState).toBe(1);
  await closing;
  expect((await john.closed).code).toBe(1001);
  await expect(fetch(`${service.url}/healthz`)).rejects.toThrow();
  await service.close();
}, 30_000);
