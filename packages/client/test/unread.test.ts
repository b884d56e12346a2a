import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RouteName } from '@parley/protocol';
import {
  apiKey,
  beginConversation,
  seedShop,
  startTestService,
  type CallOptions,
  type TestService,
} from '../../server/test/support/running-service.ts';
import type { ParleyClient } from '../src/index.ts';
import { clientOf, online, shown, watch } from './support/people.ts';
import { startRelay, type Relay } from './support/relay.ts';

// Answers and pushes come by different ways, and overtake each other. However they do, a client's totals become the database's.

let service: TestService;
let relay: Relay;
let sarah: ParleyClient;
beforeAll(async () => {
  service = await startTestService();
  await seedShop(service);
});
afterAll(() => service.close());
beforeEach(async () => {
  relay = await startRelay(service.url);
});
afterEach(async () => {
  const { items } = await as('sarah', 'listInbox', { query: { filter: 'unread', limit: '100' } });
  for (const { id, lastSeq } of items) await read(id, lastSeq);
  await relay.close();
});

function as<N extends RouteName>(userId: string, name: N, options: CallOptions) {
  return service.ask(name, { as: apiKey, headers: { 'parley-as': userId }, ...options });
}

const begin = () => beginConversation(service);
const write = (id: string, text: string) =>
  as('john', 'sendMessage', { params: { id }, body: { text, clientId: text } });
const read = (id: string, seq: number) => as('sarah', 'markRead', { params: { id }, body: { seq } });

/** Time in which a client whose clock runs fast has asked what it is to ask. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 150));

/** Sarah's client, online, with her whole list. */
async function connect(): Promise<void> {
  sarah = clientOf('sarah', relay.url);
  watch(sarah.unread);
  const inbox = sarah.inbox();
  watch(inbox);
  await online(sarah);
  await shown(inbox, ({ status }) => status === 'ready');
  await aMoment();
}

/** Has the totals counted by a question whose page shows none of the conversations at hand. */
const countBeside = () => sarah.inbox({ filter: 'archived' }).refresh();

const shows = (conversations: number, messages = conversations) =>
  shown(sarah.unread, (totals) => totals.conversations === conversations && totals.messages === messages);

/** Waits until it shows that, and that it still does after the client has had time to ask. */
async function settles(conversations: number, messages = conversations): Promise<void> {
  await shows(conversations, messages);
  await aMoment();
  await shows(conversations, messages);
}

function gate(): { readonly passed: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

/** The service hears of no read position until `end`, which waits until it has heard of one. */
function refuseReads(): { end: () => Promise<void> } {
  const busy = { type: 'about:blank', title: 'Busy', status: 503, detail: '', retryAfter: 1 };
  relay.onAsk = ({ op }) => (op === 'read' ? busy : null);
  return {
    end() {
      relay.onAsk = () => null;
      return new Promise((resolve) => {
        relay.onPush = ({ op }) => {
          if (op === 'ok') setTimeout(resolve, 20);
          return true;
        };
      });
    },
  };
}

describe('unread totals', () => {
  it('count once what somebody read elsewhere, when the count arrives before the push', async () => {
    const [first] = [await begin(), await begin()];
    await connect();
    await shows(2);
    const release = relay.hold();
    await read(first, 1);
    await countBeside();
    await shows(1);
    release();
    await settles(1);
  });

  it('count a message once, when the count arrives before the push', async () => {
    const id = await begin();
    await connect();
    await shows(1);
    const release = relay.hold();
    await write(id, 'And blue?');
    await countBeside();
    await shows(1, 2);
    release();
    await settles(1, 2);
  });

  it('leave out a message whose read position was pushed before it', async () => {
    const id = await begin();
    await connect();
    await shows(1);
    const release = relay.hold(({ op }) => op === 'message');
    await write(id, 'And blue?');
    await read(id, 2);
    await shows(0);
    release();
    await shown(sarah.inbox(), ({ items }) => items[0]?.lastSeq === 2);
    await settles(0);
  });

  it('leave out what was read here and counted before the service knew', async () => {
    const [id] = [await begin(), await begin()];
    await connect();
    await shows(2);
    const refuse = refuseReads();
    sarah.conversation(id).markRead();
    await shows(1);
    await countBeside();
    await refuse.end();
    await settles(1);
  });

  it('leave out what was read here, whatever an answer from before says that comes after', async () => {
    const [id] = [await begin(), await begin()];
    await connect();
    await shows(2);
    const refuse = refuseReads();
    sarah.conversation(id).markRead();
    const [asked, answered] = [gate(), gate()];
    relay.onAnswer = (_method, path) => {
      if (!path.startsWith('/v1/inbox')) return Promise.resolve();
      asked.open();
      return answered.passed;
    };
    const refreshed = sarah.inbox().refresh();
    await asked.passed;
    await refuse.end();
    answered.open();
    await refreshed;
    await settles(1);
    expect(sarah.conversation(id).getSnapshot().conversation?.seat).toMatchObject({ readSeq: 1, unread: 0 });
  });

  it('follow a read position in a conversation that is not known here', async () => {
    const ids: string[] = [];
    while (ids.length < 52) ids.push(await begin());
    await connect();
    await shows(52);
    await read(ids[0] ?? '', 1);
    await settles(51);
  });

  it('follow the archive, when its last change is pushed before an earlier one is answered', async () => {
    const id = await begin();
    await connect();
    await shows(1);
    const { passed, open } = gate();
    relay.onAnswer = (method) => (method === 'PATCH' ? passed : Promise.resolve());
    const archived = sarah.conversation(id).setSeat({ archived: true });
    await shows(0);
    await as('sarah', 'updateSeat', { params: { id }, body: { archived: false } });
    await shows(1);
    open();
    await archived;
    await settles(1);
  });

  it('are asked for until they are answered', async () => {
    const [first] = [await begin(), await begin()];
    await connect();
    await shows(2);
    const release = relay.hold();
    await read(first, 1);
    await countBeside();
    let failures = 0;
    relay.onRequest = (_method, path) => (path.startsWith('/v1/inbox') && (failures += 1) <= 4 ? 503 : null);
    release();
    await settles(1);
    expect(failures).toBeGreaterThan(4);
  });
});
