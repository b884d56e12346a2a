import type { InboxSnapshot, InboxStore } from '@parley/client';
import { ProblemError, type Conversation, type InboxFilter } from '@parley/protocol';
import { cell, wait } from './cell.ts';
import type { FixtureWorld } from './fixture-world.ts';

const pageSize = 50;

function fits(each: Conversation, { filter = 'all', q = '' }: { filter?: InboxFilter; q?: string }): boolean {
  const kept = {
    all: !each.seat.archived,
    unread: each.seat.unread > 0,
    'needs-reply': each.needsReply,
    archived: each.seat.archived,
  };
  const words = `${each.buyer.name} ${each.store.name} ${each.listing.title}`.toLowerCase();
  return kept[filter] && words.includes(q.toLowerCase());
}

/** A list of the world's conversations. */
export function fixtureInbox(world: FixtureWorld, query: { filter?: InboxFilter; q?: string }): InboxStore {
  let size = pageSize;
  const snapshot = (): InboxSnapshot => {
    const chosen = world.conversations.getSnapshot().filter((each) => fits(each, query));
    const items = chosen.slice(0, size);
    return { status: 'ready', items, hasMore: chosen.length > size, loadingMore: false, problem: null };
  };
  const { inbox: status = 'ready' } = world.scene;
  const { problem } = new ProblemError('unavailable', 'The service is being restarted.');
  const store = cell(snapshot());
  if (status !== 'ready')
    store.set({ ...snapshot(), status, items: [], problem: status === 'error' ? problem : null });
  else world.conversations.subscribe(() => store.set(snapshot()));
  return {
    ...store,
    refresh: () => {
      store.set(snapshot());
      return Promise.resolve();
    },
    loadMore: async () => {
      store.set({ ...store.getSnapshot(), loadingMore: true });
      await wait(20);
      size += 1000;
      store.set(snapshot());
    },
  };
}
