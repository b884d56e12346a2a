import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  apiKey,
  beginConversation,
  startTestService,
  type TestService,
} from '../../server/test/support/running-service.ts';
import type { ConversationStore, InboxStore, ParleyClient } from '../src/index.ts';
import { clientOf, online, shown, watch } from './support/people.ts';
import { startRelay, type Relay } from './support/relay.ts';

// What a client has built from a snapshot and what was pushed since must equal what a client sees that comes only now.

let service: TestService;
let relay: Relay;
const ids: string[] = [];
const people = ['john', 'sarah', 'sam'];
const filters = ['all', 'unread', 'needs-reply', 'archived'] as const;

beforeAll(async () => {
  service = await startTestService();
  relay = await startRelay(service.url);
  for (const id of people) await service.ask('putUser', { params: { id }, body: { name: id } });
  await service.ask('putStore', {
    params: { id: 'clay' },
    body: { name: 'Clay', members: ['sarah', 'sam'] },
  });
  for (const listingId of ['bowl', 'cup', 'plate']) ids.push(await beginConversation(service, listingId));
});
afterAll(async () => {
  await relay.close();
  await service.close();
});

function as<N extends 'updateSeat' | 'markRead'>(
  userId: string,
  name: N,
  options: { body: unknown; params?: Record<string, string> },
) {
  return service.ask(name, { as: apiKey, headers: { 'parley-as': userId }, ...options });
}

interface View {
  client: ParleyClient;
  lists: InboxStore[];
  threads: ConversationStore[];
}

async function look(userId: string): Promise<View> {
  const client = clientOf(userId, relay.url);
  const lists = filters.map((filter) => client.inbox({ filter }));
  lists.push(client.inbox({ q: 'clay' }), client.inbox({ q: 'john' }));
  const threads = ids.map((id) => client.conversation(id));
  lists.forEach(watch);
  threads.forEach(watch);
  watch(client.unread);
  await online(client);
  for (const store of [...lists, ...threads])
    await vi.waitFor(() => expect(store.getSnapshot().status).toBe('ready'));
  return { client, lists, threads };
}

const stateOf = ({ client, lists, threads }: View) => ({
  lists: lists.map((list) => list.getSnapshot()),
  threads: threads.map((thread) => thread.getSnapshot()),
  unread: client.unread.getSnapshot(),
});

/** A small generator of chance, so that a failure can be repeated. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Does something by chance through one of the three, or behind their backs. */
async function act(views: readonly View[], next: (below: number) => number): Promise<void> {
  const who = next(people.length);
  const thread = views[who]?.threads[next(ids.length)];
  const id = ids[next(ids.length)] ?? '';
  const last = thread?.getSnapshot().messages.at(-1)?.seq ?? 1;
  const own = thread
    ?.getSnapshot()
    .messages.filter(
      (each) => each.author.userId === people[who] && each.kind === 'text' && !each.redactedAt,
    );
  const target = own?.[next(own.length)]?.seq;
  const number = String(next(1000));
  const acts: (() => unknown)[] = [
    () => thread?.send({ text: `text ${number}` }),
    () => thread?.send({ text: `more ${number}` }),
    () => target !== undefined && thread?.edit(target, `edit ${number}`),
    () => target !== undefined && thread?.redact(target),
    () => thread?.markRead(),
    () => thread?.markRead(1 + next(last)),
    () => thread?.setSeat({ archived: next(2) === 0 }),
    () => thread?.setSeat({ muted: next(2) === 0 }),
    () => as(people[who] ?? '', 'updateSeat', { params: { id }, body: { archived: next(2) === 0 } }),
    () => as(people[who] ?? '', 'markRead', { params: { id }, body: { seq: 1 + next(last) } }),
    () =>
      service.ask('putOrder', {
        params: { id: `order-${next(3)}` },
        body: { listingId: 'bowl', buyerId: 'john', status: next(2) === 0 ? 'paid' : 'shipped' },
      }),
    () => next(3) === 0 && relay.cut(next(2) === 0 ? 4008 : undefined),
  ];
  await Promise.resolve(acts[next(acts.length)]?.()).catch(() => undefined);
}

describe('snapshot and events', () => {
  it.each([1, 2, 3])('equal a fresh snapshot, after many actions by chance (%i)', async (seed) => {
    const next = chance(seed);
    const views = await Promise.all(people.map(look));
    for (let turn = 0; turn < 120; turn += 1) {
      const acting = act(views, next);
      if (next(3) === 0) await acting;
    }
    for (const { client, threads } of views) {
      await online(client);
      for (const thread of threads) await shown(thread, ({ outbox }) => outbox.length === 0);
    }
    for (const [index, view] of views.entries()) {
      const fresh = await look(people[index] ?? '');
      for (const thread of [...view.threads, ...fresh.threads])
        while (thread.getSnapshot().hasEarlier) await thread.loadEarlier();
      await vi.waitFor(() => expect(stateOf(view)).toEqual(stateOf(fresh)), { timeout: 8_000, interval: 50 });
      fresh.client.close();
    }
  });
});
