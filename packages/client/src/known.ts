import type { Conversation, InboxPage, Problem, UnreadTotals } from '@parley/protocol';
import type { Base } from './base.ts';
import { createConversationCache, type ConversationCache } from './conversation-cache.ts';
import { isPassing, problemOf } from './parley-error.ts';
import { createRefetch, type Refetch } from './refetch.ts';
import { retryDelay } from './runtime.ts';
import type { Position } from './sync.ts';
import { createUnread, difference, plus, type Unread } from './unread.ts';

/** What is known of the person's conversations, and how much of them is unread. */
export interface Known {
  readonly cache: ConversationCache;
  readonly unread: Unread;
  readonly refetch: Refetch;
  /** Where one stands when one asks for something. */
  readonly position: () => Position;
  /** Takes in an answer's conversations and totals. */
  readonly takePage: (page: InboxPage, asked: Position) => void;
}

export interface KnownOptions {
  readonly overlay: (conversation: Conversation) => Conversation;
  readonly onGone: (id: string, problem: Problem) => void;
  /** A conversation has come up that no list has shown. */
  readonly onUnknown: () => void;
}

/** Milliseconds within which doubts about the totals give one question. */
const countAgainAfter = 2_000;

export function createKnown({ runtime, changes, http }: Base, options: KnownOptions): Known {
  let takingPage = false;
  let counting = false;
  const unread = createUnread(changes, () => countAgain());
  const cache = createConversationCache({
    changes,
    overlay: options.overlay,
    onChange(before, after) {
      if (before) unread.move(before, after);
      if (before || takingPage) return;
      countAgain();
      options.onUnknown();
    },
  });
  const onGone = (id: string, problem: Problem) => {
    cache.remove(id);
    options.onGone(id, problem);
    countAgain();
  };
  const refetch = createRefetch({ runtime, http, cache, onGone });
  const position = (): Position => ({ stamp: cache.stamp(), moves: unread.moves() });

  function takePage(page: InboxPage, asked: Position): void {
    takingPage = true;
    for (const each of page.items) if (!cache.accept(each, asked.stamp)) refetch(each.id);
    takingPage = false;
    unread.set(
      page.items.reduce(withKnown, page.unread),
      new Set(page.items.map(({ id }) => id)),
      asked.moves,
    );
  }
  /** Totals that count a conversation as it is known here, and not as the page says: that may be older, or not know what was read here. */
  function withKnown(totals: UnreadTotals, listed: Conversation): UnreadTotals {
    return plus(totals, difference(listed, cache.get(listed.id) ?? listed));
  }
  function countAgain(after = countAgainAfter): void {
    if (counting) return;
    counting = true;
    runtime.later(() => {
      counting = false;
      const asked = position();
      // A whole page: what moves next is on it in all likelihood, and then does not need another question.
      http.call('listInbox', { query: {} }).then(
        (answer) => changes.run(() => takePage(answer, asked)),
        (error: unknown) => isPassing(problemOf(error)) && countAgain(retryDelay),
      );
    }, after);
  }
  return { cache, unread, refetch, position, takePage };
}
