import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { registerUnsubscribe } from '../src/mail/unsubscribe-pages.ts';
import { addConversation, seedMarket } from './support/market.ts';
import { createNode, type TestNode } from './support/node.ts';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await createTestDatabase();
  node = await createNode(database.url);
});
beforeEach(async () => {
  await node.pool.query('truncate users, stores, listings, conversations cascade');
  await seedMarket(node.pool);
});
afterAll(async () => {
  await node.close();
  await database.drop();
});

async function open() {
  const app = fastify({ routerOptions: { maxParamLength: 2000 } });
  await registerUnsubscribe(app, node.context);
  const conversationId = await addConversation(node.pool);
  const token = node.context.links.sign({ purpose: 'unsubscribe', userId: 'sarah', conversationId }, 60);
  const state = async () => {
    const { rows } = await node.pool.query<{ off: boolean; all: boolean }>(
      `select email_off as off, not email_notifications as all from participants p join users u on u.id = user_id
       where user_id = 'sarah' and conversation_id = $1`,
      [conversationId],
    );
    return rows[0];
  };
  return { app, url: `/unsubscribe/${token}`, state, conversationId };
}

test('GET shows a page and changes nothing', async () => {
  const { app, url, state } = await open();
  const page = await app.inject({ url });
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('Your conversation with John D. about Pottery Bowl.');
  expect(page.body).toContain('Stop these emails');
  expect(page.body).not.toContain('<script');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.headers['referrer-policy']).toBe('no-referrer');
  expect(await state()).toEqual({ off: false, all: false });
});

const bodies: [string, string][] = [
  ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
  [
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
  ],
  ['text/plain', 'anything'],
  ['application/json', '{broken'],
];
test.each(bodies)(
  'one POST of %s stops the conversation’s emails, without a cookie',
  async (type, payload) => {
    const { app, url, state } = await open();
    const answer = await app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('you get no more emails about this conversation');
    expect(await state()).toEqual({ off: true, all: false });
  },
);

test('a POST without a body as well, twice as once; undone by the page’s button', async () => {
  const { app, url, state } = await open();
  await app.inject({ method: 'POST', url });
  expect((await app.inject({ method: 'POST', url })).statusCode).toBe(200);
  expect(await state()).toEqual({ off: true, all: false });
  await app.inject({ method: 'POST', url: `${url}?do=resume` });
  expect(await state()).toEqual({ off: false, all: false });
  expect((await app.inject({ method: 'POST', url: `${url}?do=stop-all` })).body).toContain(
    'no emails about messages at all',
  );
  expect(await state()).toEqual({ off: false, all: true });
  await app.inject({ method: 'POST', url: `${url}?do=resume-all` });
  expect(await state()).toEqual({ off: false, all: false });
  expect((await app.inject({ method: 'POST', url: `${url}?do=everything` })).statusCode).not.toBe(200);
});

test('a forged, foreign or old token opens nothing', async () => {
  const { app, state, conversationId } = await open();
  const { links } = node.context;
  const foreign = links.sign({ purpose: 'conversation', userId: 'sarah', conversationId }, 60);
  const old = links.sign({ purpose: 'unsubscribe', userId: 'sarah', conversationId }, -1);
  const stranger = links.sign({ purpose: 'unsubscribe', userId: 'tom', conversationId: randomUUID() }, 60);
  for (const token of ['forged', foreign, old, stranger]) {
    const answer = await app.inject({ method: 'POST', url: `/unsubscribe/${token}` });
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain('This link no longer works');
  }
  expect(await state()).toEqual({ off: false, all: false });
});

test('names and titles in the page are text', async () => {
  await node.pool.query(`update users set name = '<b onload=x>&"' where id = 'john'`);
  const { app, url } = await open();
  await node.pool.query(`update listings set title = '<b onload=x> & co'`);
  const { body } = await app.inject({ url });
  expect(body).toContain('&lt;b onload=x&gt; &amp; co');
  expect(body).not.toMatch(/<b /u);
});
