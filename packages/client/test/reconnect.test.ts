import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  apiKey,
  beginConversation,
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from '../../server/test/support/running-service.ts';
import { createStatementCounter } from '../../server/test/support/statements.ts';
import type { ParleyClient } from '../src/index.ts';
import { clientOf, online, shown, watch } from './support/people.ts';
import { startRelay, type Relay } from './support/relay.ts';

const counter = createStatementCounter();
let service: TestService;
let relay: Relay;
beforeAll(async () => {
  service = await startTestService({}, (url) => counter.reach(url));
  await seedShop(service);
});
afterAll(async () => {
  await service.close();
  await counter.close();
});
beforeEach(async () => {
  relay = await startRelay(service.url);
});
afterEach(() => relay.close());

const say = (id: string, text: string) =>
  service.ask('sendMessage', {
    as: apiKey,
    headers: { 'parley-as': 'john' },
    params: { id },
    body: { text, clientId: text },
  });

/** Somebody who looks at everything that a client shows, and at some conversations. */
async function lookAtAll(client: ParleyClient, ids: readonly string[]): Promise<void> {
  watch(client.inbox());
  watch(client.me);
  watch(client.unread);
  for (const id of ids) watch(client.conversation(id));
  await online(client);
  for (const id of ids) await shown(client.conversation(id), ({ status }) => status === 'ready');
  await shown(client.inbox(), ({ status }) => status === 'ready');
  await shown(client.me, (me) => me !== null);
}

/** A conversation's log and Sarah's seat in it, as the database has them. */
async function stored(id: string) {
  const sql = new pg.Client({ connectionString: service.database.url });
  await sql.connect();
  const { rows: log } = await sql.query<{ seq: number; text: string }>(
    'select seq, body as text from messages where conversation_id = $1 order by seq',
    [id],
  );
  const { rows } = await sql.query<{ unread: number; muted: boolean; archived: boolean }>(
    `select unread, muted, archived, read_seq as "readSeq" from participants where conversation_id = $1 and user_id = 'sarah'`,
    [id],
  );
  await sql.end();
  return { log, seat: rows[0] ?? {} };
}

/** What the service asks by itself, again and again: everything that it asks while nobody does anything. */
async function idleStatements(): Promise<Set<string>> {
  counter.take();
  await sleep(4_000);
  return new Set(counter.take());
}

describe('a client that comes back', () => {
  it('costs three statements at most, whatever it shows and has missed', async () => {
    const listed = [await beginConversation(service, 'cup'), await beginConversation(service, 'vase')];
    const archived = await beginConversation(service, 'plate');
    const ids = [...listed, archived];
    // A claim that is in each token, so that a token that is new to the service has something to compare.
    const client = clientOf('sarah', relay.url, { getToken: () => tokenFor('sarah', { name: 'Sarah' }) });
    await lookAtAll(client, ids);
    await service.ask('updateSeat', {
      as: await tokenFor('sarah', { name: 'Sarah' }),
      params: { id: archived },
      body: { archived: true, muted: true },
    });
    await shown(client.conversation(archived), ({ conversation }) => conversation?.seat.archived === true);
    const idle = await idleStatements();

    relay.up = false;
    relay.cut();
    await shown(client.connection, ({ status }) => status === 'offline');
    for (const id of listed) await say(id, 'Hello?');
    await service.ask('updateSeat', {
      as: await tokenFor('sarah', { name: 'Sarah' }),
      params: { id: archived },
      body: { muted: false },
    });
    await sleep(500);
    counter.take();
    relay.requested.length = 0;
    relay.up = true;
    await online(client);
    for (const id of listed)
      await shown(client.conversation(id), ({ messages }) => messages.at(-1)?.text === 'Hello?');
    await shown(client.conversation(archived), ({ conversation }) => conversation?.seat.muted === false);
    await shown(client.unread, ({ messages }) => messages === 4);
    // A minute of the client's clock: whatever it doubts it asks within that time.
    await sleep(1_200);
    const asked = counter.take().filter((text) => !idle.has(text));
    expect(relay.requested).toEqual([]);
    // Nobody is let in and told what they missed by less than two.
    expect(asked.length, asked.join('\n\n')).toBeGreaterThanOrEqual(2);
    expect(asked.length, asked.join('\n\n')).toBeLessThanOrEqual(3);
    for (const id of ids) {
      const { messages, conversation } = client.conversation(id).getSnapshot();
      const { log, seat } = await stored(id);
      expect(messages.map(({ seq, text }) => ({ seq, text }))).toEqual(log);
      expect(conversation?.seat).toMatchObject(seat);
    }
  });
});
