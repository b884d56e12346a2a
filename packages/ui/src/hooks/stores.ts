import { useCallback, useSyncExternalStore } from 'react';
import type {
  ConnectionState,
  ConversationSnapshot,
  ConversationStore,
  InboxSnapshot,
  InboxStore,
  ParleyClient,
  Store,
} from '@parley/client';
import type { InboxFilter, Me, UnreadTotals } from '@parley/protocol';
import { useClient } from './parley-provider.tsx';

/** The store's present value; the component renders again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  const snapshot = () => store.getSnapshot();
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}

/** A page of conversations, kept current, and its store for more of them. */
export function useInbox(query: { filter?: InboxFilter; q?: string } = {}): [InboxSnapshot, InboxStore] {
  const store = useClient().inbox(query);
  return [useStore(store), store];
}

/** One conversation, kept current, and its store for what one can do in it. */
export function useConversation(id: string): [ConversationSnapshot, ConversationStore] {
  const store = useClient().conversation(id);
  return [useStore(store), store];
}

/** How much is unread, for a badge or the page's title. */
export const useUnread = (): UnreadTotals => useStore(useClient().unread);

/** Whether the connection stands, and whose it is. */
export const useConnection = (): ConnectionState => useStore(useClient().connection);

/** The reader's profile; null until it has come. */
export const useMe = (): Me | null => useStore(useClient().me);

/** What is in drafts and outbox, by conversation. */
export const useLocal = (): ReturnType<ParleyClient['local']['getSnapshot']> => useStore(useClient().local);
