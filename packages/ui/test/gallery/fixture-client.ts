import type { ConnectionState, InboxStore, ParleyClient } from '@parley/client';
import { ProblemError, type Answer, type Me, type RouteName } from '@parley/protocol';
import { cell, wait } from './cell.ts';
import { fixtureInbox } from './fixture-inbox.ts';
import { FixtureThread } from './fixture-thread.ts';
import { FixtureWorld, userId, type Scene } from './fixture-world.ts';

/** What a test does to the fixture from outside, and what it sees of it. */
export interface Controls extends Pick<FixtureWorld, 'calls' | 'sent' | 'reads' | 'looks'> {
  receive: (conversationId: string, text: string) => void;
  type: (conversationId: string, userId: string) => void;
  edit: (conversationId: string, seq: number, text: string) => Promise<void>;
  setConnection: (state: Partial<ConnectionState>) => void;
}

const sarah: Me = {
  id: userId,
  name: 'Sarah',
  email: null,
  avatarUrl: null,
  locale: 'en',
  timeZone: null,
  role: 'member',
  stores: [{ id: 'clay', name: 'Clay & Co', imageUrl: null }],
  notifications: { email: true },
};

function remembered<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

/** A client over a scene, for pictures and for tests of the screens alone. */
export function createFixtureClient(scene: Scene): { client: ParleyClient; controls: Controls } {
  const world = new FixtureWorld(scene);
  const connection = cell<ConnectionState>({ status: 'online', userId, retryIn: null, ...scene.connection });
  const thread = remembered((id) => new FixtureThread(id, world));
  const inboxes = new Map<string, InboxStore>();
  const client: ParleyClient = {
    connection,
    me: cell<Me | null>(sarah),
    unread: world.unread,
    local: world.local,
    inbox: (query = {}) => {
      const key = JSON.stringify([query.filter ?? 'all', query.q ?? '']);
      const store = inboxes.get(key) ?? fixtureInbox(world, query);
      inboxes.set(key, store);
      return store;
    },
    conversation: thread,
    openConversation: () => Promise.reject(new ProblemError('unavailable', 'Not in the gallery.')),
    getContact: async (listingId) => {
      await wait(10);
      const found = world.conversations.getSnapshot().find((each) => each.listing.id === listingId);
      if (!found) throw new ProblemError('not-found', 'There is no such listing.');
      const { listing, store, id } = found;
      return { listing, store, responseMinutes: 110, conversationId: id, own: false };
    },
    upload,
    call: async (name, input) => {
      await wait(10);
      world.calls.push({ name, input });
      if (name === 'putBlock') world.block('by-me');
      if (name === 'deleteBlock') world.block(null);
      const answer: unknown = { items: [] };
      if (!isAnswer<typeof name>(answer)) throw new Error('No answer');
      return answer;
    },
    close: () => undefined,
  };
  const controls: Controls = {
    calls: world.calls,
    sent: world.sent,
    reads: world.reads,
    looks: world.looks,
    receive: (id, text) => thread(id).receive(text),
    type: (id, who) => thread(id).type(who),
    edit: (id, seq, text) => thread(id).edit(seq, text),
    setConnection: (state) => connection.set({ ...connection.getSnapshot(), ...state }),
  };
  return { client, controls };
}

/** The screens use only that these calls succeed, so an empty list stands for every answer. */
const isAnswer = <N extends RouteName>(value: unknown): value is Answer<N> => typeof value === 'object';

/** Names of files whose first try met no answer. */
const lost = new Set<string>();

const upload: ParleyClient['upload'] = async (file, { name, onProgress, signal }) => {
  if (name.startsWith('lost') && !lost.has(name)) {
    lost.add(name);
    throw new TypeError('Failed to fetch');
  }
  const steps = name.startsWith('slow') ? 200 : 4;
  for (let step = 1; step <= steps; step++) {
    await wait(30);
    signal?.throwIfAborted();
    onProgress?.((file.size * step) / steps, file.size);
  }
  if (name.startsWith('broken'))
    throw new ProblemError('unsupported-type', 'This is not a picture, whatever its name says.');
  return { id: crypto.randomUUID(), name, type: file.type, size: file.size };
};
