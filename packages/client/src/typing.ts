import type { Changes } from './changes.ts';
import type { Runtime } from './runtime.ts';

/** Who is typing where, as far as it was said in the last seconds. */
export interface Typing {
  of(conversationId: string): readonly string[];
  begin(conversationId: string, userId: string): void;
  end(conversationId: string, userId: string | null): void;
  /** Whether this person's own typing may be said again. */
  mayTell(conversationId: string): boolean;
}

/** Milliseconds that a typing mark is shown (protocol's `limits.typingTtl`), and between two of one's own. */
const shownFor = 5_000;
const toldEvery = 3_000;

export function createTyping(runtime: Runtime, changes: Changes): Typing {
  const marks = new Map<string, { conversationId: string; userId: string; cancel: () => void }>();
  const told = new Set<string>();
  const keyOf = (conversationId: string, userId: string) => `${conversationId} ${userId}`;

  function end(conversationId: string, userId: string | null): void {
    const mark = userId === null ? undefined : marks.get(keyOf(conversationId, userId));
    if (mark === undefined || userId === null) return;
    mark.cancel();
    changes.run(() => marks.delete(keyOf(conversationId, userId)));
  }
  return {
    of: (id) => [...marks.values()].flatMap((mark) => (mark.conversationId === id ? [mark.userId] : [])),
    begin(conversationId, userId) {
      const key = keyOf(conversationId, userId);
      marks.get(key)?.cancel();
      const cancel = runtime.later(() => end(conversationId, userId), shownFor);
      changes.run(() => marks.set(key, { conversationId, userId, cancel }));
    },
    end,
    mayTell(conversationId) {
      if (told.has(conversationId)) return false;
      told.add(conversationId);
      runtime.later(() => told.delete(conversationId), toldEvery);
      return true;
    },
  };
}
