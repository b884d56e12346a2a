import {
  createConversationStore,
  type ConversationParts,
  type ConversationView,
} from './conversation-store.ts';
import { Thread, type ThreadOptions } from './thread.ts';

/** Every conversation's store that was asked for; the same id gives the same one. */
export interface Conversations {
  store(id: string): ConversationView;
  /** Where one was asked for. */
  thread(id: string): Thread | undefined;
  threads(): readonly Thread[];
  /** A new connection stands: what somebody looks at and could not be loaded is tried again. */
  restart(): void;
}

/** Logs that stay loaded though nobody looks at them. */
const kept = 20;

export function createConversations(options: ThreadOptions & ConversationParts): Conversations {
  const views = new Map<string, { thread: Thread; store: ConversationView }>();

  function forgetOldest(): void {
    const idle = [...views.values()].filter(({ thread, store }) => thread.isLoaded && !store.watched());
    for (const { thread } of idle.slice(0, Math.max(0, idle.length - kept))) thread.forget(null);
  }
  return {
    store(id) {
      const known = views.get(id);
      if (known) return known.store;
      forgetOldest();
      const thread = new Thread(id, options);
      const store = createConversationStore(thread, options);
      views.set(id, { thread, store });
      return store;
    },
    thread: (id) => views.get(id)?.thread,
    threads: () => [...views.values()].map(({ thread }) => thread),
    restart() {
      for (const { thread, store } of views.values()) if (store.watched()) void thread.load();
    },
  };
}
