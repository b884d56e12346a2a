import type { Conversation, UnreadTotals } from '@parley/protocol';
import type { Changes } from './changes.ts';
import type { Store } from './types.ts';

/**
 * How much is unread in all: what the service counted last, and what has changed since. An answer and the pushes come by different
 * ways: of a conversation that is on the answer's page one knows what was counted; of any other, whether a change is in the count
 * already cannot be known, and the service is asked again.
 */
export interface Unread {
  readonly store: Store<UnreadTotals>;
  /** The totals of an answer whose page lists these, asked for when `moves` was this. */
  set(totals: UnreadTotals, listed: ReadonlySet<string>, askedAt: number): void;
  /** One conversation has changed. */
  move(before: Conversation, after: Conversation): void;
  /** One conversation, perhaps not known here, has changed on the service's side. */
  touch(id: string): void;
  /** The service knows now what was shown here before: a count of the time between did not. */
  told(id: string): void;
  moves(): number;
}

export function createUnread(changes: Changes, unsure: () => void): Unread {
  let totals: UnreadTotals = { conversations: 0, messages: 0 };
  let moves = 0;
  /** What is on the page of the last answer, and how many moves there were then. */
  let counted: { listed: ReadonlySet<string>; at: number } = { listed: new Set(), at: 0 };
  /** The number of each conversation's last move. */
  const moved = new Map<string, number>();

  function show({ messages, conversations }: UnreadTotals): void {
    if (totals.messages === messages && totals.conversations === conversations) return;
    changes.run(
      () => (totals = { messages: Math.max(0, messages), conversations: Math.max(0, conversations) }),
    );
  }
  function note(id: string): void {
    moved.set(id, (moves += 1));
  }
  function touch(id: string): void {
    note(id);
    if (!counted.listed.has(id)) unsure();
  }
  return {
    store: changes.store(() => totals),
    moves: () => moves,
    set(given, listed, askedAt) {
      if ([...moved].some(([id, at]) => at > askedAt && !listed.has(id))) unsure();
      counted = { listed, at: moves };
      show(given);
    },
    move(before, after) {
      const change = difference(before, after);
      if (change.messages === 0) return;
      touch(after.id);
      show(plus(totals, change));
    },
    touch,
    told(id) {
      const countedSince = counted.at >= (moved.get(id) ?? 0);
      if (countedSince) touch(id);
      else note(id);
    },
  };
}

/** What a change of one conversation is to the totals. */
export function difference(before: Conversation, after: Conversation): UnreadTotals {
  const [was, is] = [unreadOf(before), unreadOf(after)];
  return { messages: is - was, conversations: Math.sign(is) - Math.sign(was) };
}

export const plus = (a: UnreadTotals, b: UnreadTotals): UnreadTotals => ({
  messages: a.messages + b.messages,
  conversations: a.conversations + b.conversations,
});

/** The archive does not count. */
const unreadOf = ({ seat }: Conversation): number => (seat.archived ? 0 : seat.unread);
