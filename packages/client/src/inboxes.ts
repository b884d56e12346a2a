import type { InboxFilter } from '@parley/protocol';
import { Inbox, type FirstPage, type InboxOptions } from './inbox-store.ts';

/** Every list that was asked for; the same query gives the same one. */
export interface Inboxes {
  get(query: { filter?: InboxFilter; q?: string }): Inbox;
  /** A new connection stands, and brought the first page of the plain list. */
  restart(first: FirstPage): void;
  /** A conversation has come up that was not known: whether a search finds it only the service knows. */
  onUnknown(): void;
}

/** Lists that nobody looks at any more, beyond which the oldest are forgotten. */
const kept = 12;
/** Milliseconds within which new conversations give one new search. */
const searchAgainAfter = 500;

export function createInboxes(options: InboxOptions): Inboxes {
  const views = new Map<string, Inbox>();
  let searching = false;

  function forgetOldest(): void {
    const idle = [...views].filter(([, view]) => !view.isWatched);
    for (const [key] of idle.slice(0, Math.max(0, idle.length - kept))) views.delete(key);
  }
  function searchAgain(): void {
    searching = false;
    for (const view of views.values()) if (view.q !== '' && view.isWatched) void view.refresh();
  }
  return {
    get({ filter = 'all', q = '' }) {
      const wanted = q.trim();
      const key = `${filter} ${wanted}`;
      const known = views.get(key);
      if (known) return known;
      forgetOldest();
      const made = new Inbox({ filter, q: wanted }, options);
      views.set(key, made);
      return made;
    },
    restart(first) {
      for (const view of views.values()) view.restart(view.filter === 'all' && view.q === '' ? first : null);
    },
    onUnknown() {
      if (searching) return;
      searching = true;
      options.runtime.later(searchAgain, searchAgainAfter);
    },
  };
}
