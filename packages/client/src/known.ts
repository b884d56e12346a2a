import type { Conversation, InboxPage, Problem } from '@parley/protocol';
import type { Base } from './base.ts';
import { createConversationCache, type ConversationCache } from './conversation-cache.ts';
import { createRefetch, type Refetch } from './refetch.ts';
import type { Position } from './sync.ts';
import { createUnread, type Unread } from './unread.ts';

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
  const unread = createUnread(changes, countAgain);
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
    unread.set(page.unread, asked.moves);
  }
  function countAgain(): void {
    if (counting) return;
    counting = true;
    runtime.later(() => {
      counting = false;
      const asked = position();
      const page = http.call('listInbox', { query: { limit: 1 } });
      // Without an answer the next sync counts.
      page.then((answer) => changes.run(() => takePage(answer, asked))).catch(() => undefined);
    }, countAgainAfter);
  }
  return { cache, unread, refetch, position, takePage };
}
