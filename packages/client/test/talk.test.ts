import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  beginConversation,
  seedShop,
  startTestService,
  type TestService,
} from '../../server/test/support/running-service.ts';
import { fast } from './support/clock.ts';
import { createStorage } from './support/storage.ts';
import { clientOf, online, shown, watch } from './support/people.ts';
import { startRelay, type Relay } from './support/relay.ts';

let service: TestService;
let relay: Relay;
beforeAll(async () => {
  service = await startTestService();
  await seedShop(service);
});
afterAll(() => service.close());
beforeEach(async () => {
  relay = await startRelay(service.url);
});
afterEach(() => relay.close());

const begin = () => beginConversation(service);

/** A conversation as John's client shows it. */
async function johnsThread() {
  const id = await begin();
  const john = clientOf('john', relay.url);
  const store = john.conversation(id);
  watch(store);
  await online(john);
  await shown(store, ({ status }) => status === 'ready');
  return { id, john, store };
}

const texts = (snapshot: { messages: readonly { text: string }[] }) =>
  snapshot.messages.map(({ text }) => text);

describe('two people', () => {
  it('talk: a send is shown at once, leaves the outbox as it enters the log, and reaches the other', async () => {
    const id = await begin();
    const [john, sarah] = [clientOf('john', relay.url), clientOf('sarah', relay.url)];
    await Promise.all([online(john), online(sarah)]);
    const [mine, hers] = [john.conversation(id), sarah.conversation(id)];
    const seen = watch(mine);
    watch(hers);
    await shown(mine, ({ status }) => status === 'ready');
    await shown(hers, ({ status }) => status === 'ready');
    const clientId = mine.send({ text: 'And blue?' });
    expect(mine.getSnapshot().outbox).toMatchObject([{ clientId, text: 'And blue?' }]);
    await shown(mine, ({ outbox }) => outbox.length === 0);
    await shown(hers, (snapshot) => texts(snapshot).includes('And blue?'));
    const places = seen
      .filter(({ status }) => status === 'ready')
      .map(
        ({ messages, outbox }) =>
          [...messages, ...outbox].filter((each) => each.clientId === clientId).length,
      );
    expect(places.filter((count) => count > 1)).toEqual([]);
    expect(places.slice(places.indexOf(1)).every((count) => count === 1)).toBe(true);
  });

  it('see each other read and type, and what is unread', async () => {
    const id = await begin();
    const [john, sarah] = [clientOf('john', relay.url), clientOf('sarah', relay.url)];
    watch(john.conversation(id));
    watch(sarah.conversation(id));
    const inbox = sarah.inbox();
    watch(inbox);
    await Promise.all([online(john), online(sarah)]);
    await shown(john.conversation(id), ({ status }) => status === 'ready');
    await shown(sarah.conversation(id), ({ status }) => status === 'ready');
    const before = await shown(sarah.unread, ({ messages }) => messages > 0);
    john.conversation(id).send({ text: 'Hello?' });
    await shown(inbox, ({ items }) => items[0]?.lastMessage?.text === 'Hello?');
    expect(inbox.getSnapshot().items[0]).toMatchObject({ id, seat: { unread: 2 }, needsReply: true });
    expect(sarah.unread.getSnapshot().messages).toBe(before.messages + 1);
    john.conversation(id).setTyping();
    john.conversation(id).setTyping();
    await shown(sarah.conversation(id), ({ typing }) => typing[0] === 'john');
    expect(relay.asked.filter(({ op }) => op === 'typing')).toHaveLength(1);
    await shown(sarah.conversation(id), ({ typing }) => typing.length === 0);
    sarah.conversation(id).markRead();
    expect(sarah.conversation(id).getSnapshot().conversation?.seat).toMatchObject({ readSeq: 2, unread: 0 });
    expect(sarah.unread.getSnapshot().messages).toBe(before.messages - 1);
    await shown(john.conversation(id), ({ conversation }) => conversation?.others[0]?.readSeq === 2);
  });

  it('see who else has the conversation before them, also who was there first', async () => {
    const id = await begin();
    const [john, sarah] = [clientOf('john', relay.url), clientOf('sarah', relay.url)];
    const seen = watch(john.conversation(id));
    watch(sarah.conversation(id));
    await Promise.all([online(john), online(sarah)]);
    john.conversation(id).setPresent(true);
    await shown(sarah.conversation(id), ({ present }) => present[0] === 'john');
    expect(john.conversation(id).getSnapshot().present).toEqual([]);
    const late = clientOf('sarah', relay.url);
    watch(late.conversation(id));
    await online(late);
    sarah.conversation(id).setPresent(true);
    await shown(john.conversation(id), ({ present }) => present[0] === 'sarah');
    await shown(late.conversation(id), ({ present }) => present[0] === 'john');
    const before = seen.length;
    late.conversation(id).setPresent(true);
    sarah.conversation(id).setPresent(false);
    // Whoever leaves one of two windows is gone for a moment, too short for a look now and then.
    await shown(john.conversation(id), ({ present }) => {
      const wasGone = seen.slice(before).some((snapshot) => snapshot.present.length === 0);
      return wasGone && present[0] === 'sarah';
    });
    john.conversation(id).setPresent(false);
    for (const client of [sarah, late])
      await shown(client.conversation(id), ({ present }) => present.length === 0);
  });

  it('see who had the conversation before them until the connection was there', async () => {
    const id = await begin();
    const sarah = clientOf('sarah', relay.url);
    watch(sarah.conversation(id));
    await online(sarah);
    // By the usual clock it is said again after 25 s alone.
    const john = clientOf('john', relay.url, fast(1));
    watch(john.conversation(id));
    john.conversation(id).setPresent(true);
    await online(john);
    await shown(sarah.conversation(id), ({ present }) => present[0] === 'john');
  });

  it('lose nothing: offline, three messages, a reload, online, and all arrive once and in order', async () => {
    const id = await begin();
    const storage = createStorage();
    const first = clientOf('john', relay.url, { storage });
    watch(first.conversation(id));
    await shown(first.conversation(id), ({ status }) => status === 'ready');
    await online(first);
    relay.up = false;
    relay.cut();
    await shown(first.connection, ({ status }) => status === 'offline');
    for (const text of ['one', 'two', 'three']) first.conversation(id).send({ text });
    expect(
      first
        .conversation(id)
        .getSnapshot()
        .outbox.map(({ state }) => state),
    ).toEqual(Array(3).fill('waiting'));
    first.close();

    const again = clientOf('john', relay.url, { storage });
    const sarah = clientOf('sarah', service.url);
    watch(sarah.conversation(id));
    const seen = watch(again.conversation(id));
    await shown(again.conversation(id), ({ outbox }) => outbox.length === 3);
    relay.up = true;
    await shown(again.conversation(id), ({ status, outbox }) => status === 'ready' && outbox.length === 0);
    await shown(sarah.conversation(id), ({ messages }) => messages.length === 4);
    expect(texts(sarah.conversation(id).getSnapshot())).toEqual([
      'Is it still there?',
      'one',
      'two',
      'three',
    ]);
    expect(texts(again.conversation(id).getSnapshot())).toEqual([
      'Is it still there?',
      'one',
      'two',
      'three',
    ]);
    expect([...storage.values.keys()].filter((key) => key.includes('outbox'))).toEqual([]);
    for (const { messages, outbox } of seen) {
      const names = [...messages, ...outbox].map(({ clientId }) => clientId);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('fill a gap that a lost push leaves, and begin anew where a close says so', async () => {
    const id = await begin();
    const [john, sarah] = [clientOf('john', service.url), clientOf('sarah', relay.url)];
    watch(john.conversation(id));
    watch(sarah.conversation(id));
    await Promise.all([online(john), online(sarah)]);
    await shown(sarah.conversation(id), ({ status }) => status === 'ready');
    relay.onPush = ({ op, message }) => op !== 'message' || !JSON.stringify(message).includes('lost');
    john.conversation(id).send({ text: 'lost' });
    john.conversation(id).send({ text: 'found' });
    const filled = await shown(sarah.conversation(id), ({ messages }) => messages.length === 3);
    expect(texts(filled)).toEqual(['Is it still there?', 'lost', 'found']);
    await shown(sarah.inbox(), () => true);
    john.conversation(id).send({ text: 'lost at the end' });
    await shown(john.conversation(id), ({ messages }) => messages.length === 4);
    relay.cut(4008);
    await shown(sarah.conversation(id), ({ messages }) => messages.length === 4);
    await shown(sarah.conversation(id), ({ conversation }) => conversation?.lastSeq === 4);
  });

  it('miss more than a thousand messages and begin with the newest page', async () => {
    const id = await begin();
    const sarah = clientOf('sarah', relay.url);
    const store = sarah.conversation(id);
    watch(store);
    await shown(store, ({ status }) => status === 'ready');
    await online(sarah);
    relay.up = false;
    relay.cut();
    const entry = { conversationId: id, kind: 'text', author: 'john', data: null } as const;
    const { journal } = service.app.context;
    await Promise.all(
      Array.from({ length: 1100 }, (_none, n) =>
        journal.append({ ...entry, body: `no ${n}`, clientId: `n${n}` }),
      ),
    );
    relay.up = true;
    await shown(store, ({ messages }) => messages.at(-1)?.seq === 1101);
    expect(store.getSnapshot().messages).toHaveLength(50);
    expect(relay.requested.filter((each) => each.includes('/messages?'))).toHaveLength(1);
    expect(store.getSnapshot().hasEarlier).toBe(true);
    await store.loadEarlier();
    expect(store.getSnapshot().messages[0]?.seq).toBe(1002);
    expect(store.getSnapshot().conversation?.seat.unread).toBe(1101);
  });
});

describe('a list', () => {
  it('shows what comes up from below the pages that were loaded', async () => {
    const oldest = await begin();
    for (let count = 0; count < 55; count += 1) await begin();
    const sarah = clientOf('sarah', relay.url);
    const inbox = sarah.inbox();
    watch(inbox);
    await online(sarah);
    await shown(inbox, ({ status }) => status === 'ready');
    expect(inbox.getSnapshot().items).toHaveLength(50);
    expect(inbox.getSnapshot().items.some(({ id }) => id === oldest)).toBe(false);
    const total = sarah.unread.getSnapshot();
    clientOf('john', service.url).conversation(oldest).send({ text: 'Still waiting' });
    const moved = await shown(inbox, ({ items }) => items[0]?.id === oldest);
    expect(moved.items).toHaveLength(51);
    expect(moved.items[0]).toMatchObject({ lastMessage: { text: 'Still waiting' }, seat: { unread: 2 } });
    await shown(sarah.unread, ({ messages }) => messages === total.messages + 1);
    await inbox.loadMore();
    const { items, hasMore } = inbox.getSnapshot();
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(items.length).toBeGreaterThanOrEqual(56);
    expect(hasMore).toBe(false);
    expect(sarah.inbox({ filter: 'all' })).toBe(inbox);
  });

  it('of a search finds a conversation that begins while it is shown', async () => {
    const sarah = clientOf('sarah', relay.url);
    const found = sarah.inbox({ q: ' begins while ' });
    watch(found);
    await online(sarah);
    await shown(found, ({ status }) => status === 'ready');
    const title = 'It begins while you look';
    await service.ask('putListing', { params: { id: 'late' }, body: { storeId: 'clay', title } });
    await clientOf('john', relay.url).openConversation({ listingId: 'late', text: 'Hello' });
    await shown(found, ({ items }) => items[0]?.listing.title === title);
  });
});

describe('a send', () => {
  const problem = (status: number, retryAfter?: number) => ({
    type: 'about:blank',
    title: 'No',
    status,
    detail: '',
    ...(retryAfter !== undefined && { retryAfter }),
  });

  it('waits as long as a limit says, and goes on in order', async () => {
    const { id, john, store } = await johnsThread();
    const refusals = [problem(429, 3), problem(503), null];
    relay.onAsk = ({ op }) => (op === 'send' ? (refusals.shift() ?? null) : null);
    store.send({ text: 'one' });
    store.send({ text: 'two' });
    const waiting = await shown(store, ({ outbox }) => outbox[0]?.state === 'waiting');
    expect(waiting.outbox.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    expect(john.local.getSnapshot().get(id)?.waiting?.text).toBe('two');
    await shown(store, ({ messages }) => messages.length === 3);
    expect(texts(store.getSnapshot())).toEqual(['Is it still there?', 'one', 'two']);
    expect(store.getSnapshot().outbox).toEqual([]);
  });

  it('that is refused stays, with its reason, and does not hold up the next; a person retries or discards it', async () => {
    const { id, john, store } = await johnsThread();
    const tooLong = store.send({ text: 'x'.repeat(5001) });
    const bad = await shown(store, ({ outbox }) => outbox[0]?.state === 'failed');
    expect(bad.outbox[0]?.problem).toMatchObject({ status: 400 });
    expect(john.local.getSnapshot().get(id)?.failed?.clientId).toBe(tooLong);
    relay.onAsk = ({ op, text }) => (op === 'send' && text === 'not yet' ? problem(403) : null);
    const early = store.send({ text: 'not yet' });
    store.send({ text: 'fine' });
    await shown(store, (snapshot) => texts(snapshot).includes('fine'));
    expect(store.getSnapshot().outbox.map(({ state }) => state)).toEqual(['failed', 'failed']);
    store.discard(tooLong);
    relay.onAsk = () => null;
    store.retry(early);
    await shown(store, (snapshot) => texts(snapshot).at(-1) === 'not yet');
    expect(store.getSnapshot().outbox).toEqual([]);
    expect(john.local.getSnapshot().size).toBe(0);
  });

  it('whose answer is lost with the connection is stored once', async () => {
    const { john, store } = await johnsThread();
    relay.onPush = ({ op }) => {
      if (op === 'sent') relay.cut();
      return op !== 'sent';
    };
    store.send({ text: 'only once' });
    await shown(john.connection, ({ status }) => status === 'offline');
    relay.onPush = () => true;
    await shown(store, ({ outbox }) => outbox.length === 0);
    expect(texts(store.getSnapshot())).toEqual(['Is it still there?', 'only once']);
  });

  it('carries attachments that were uploaded before', async () => {
    const id = await begin();
    const john = clientOf('john', relay.url);
    const store = john.conversation(id);
    watch(store);
    const pdf = new Blob(['%PDF-1.4\n%âã\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'], {
      type: 'application/pdf',
    });
    const told: number[] = [];
    const file = await john.upload(pdf, { name: 'plan.pdf', onProgress: (sent) => told.push(sent) });
    expect(told.at(-1)).toBe(pdf.size);
    store.send({ text: '', attachments: [file] });
    await shown(store, ({ messages }) => messages.at(-1)?.attachments[0]?.name === 'plan.pdf');
    await expect(john.upload(pdf, { name: 'x', signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await expect(john.upload(new Blob(['text']), { name: 'a.txt' })).rejects.toMatchObject({
      problem: { status: 415 },
    });
  });
});
