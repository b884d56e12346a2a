import type { Conversation, UnreadTotals } from '@parley/protocol';
import type { Changes } from './changes.ts';
import type { Store } from './types.ts';

/** How much is unread in all: what the service said last, and what has changed since. */
export interface Unread {
  readonly store: Store<UnreadTotals>;
  /** The totals of an answer, asked for when `moves` was this. Overtaken by a change, they are not quite sure. */
  set(totals: UnreadTotals, askedAt: number): void;
  /** One conversation has changed. */
  move(before: Conversation, after: Conversation): void;
  moves(): number;
}

export function createUnread(changes: Changes, unsure: () => void): Unread {
  let totals: UnreadTotals = { conversations: 0, messages: 0 };
  let moves = 0;

  function show(messages: number, conversations: number): void {
    if (totals.messages === messages && totals.conversations === conversations) return;
    changes.run(
      () => (totals = { messages: Math.max(0, messages), conversations: Math.max(0, conversations) }),
    );
  }
  return {
    store: changes.store(() => totals),
    moves: () => moves,
    set(given, askedAt) {
      if (askedAt !== moves) unsure();
      show(given.messages, given.conversations);
    },
    move(before, after) {
      const messages = unreadOf(after) - unreadOf(before);
      if (messages === 0) return;
      moves += 1;
      const conversations = Math.sign(unreadOf(after)) - Math.sign(unreadOf(before));
      show(totals.messages + messages, totals.conversations + conversations);
    },
  };
}

/** The archive does not count. */
const unreadOf = ({ seat }: Conversation): number => (seat.archived ? 0 : seat.unread);
