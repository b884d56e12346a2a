import type { Changes } from './changes.ts';
import type { Runtime } from './runtime.ts';

/** What others do at this moment, as far as it was said lately. */
export interface Marks {
  /** User ids. */
  of(conversationId: string): readonly string[];
  begin(conversationId: string, userId: string): void;
  end(conversationId: string, userId: string | null): void;
}

/** Marks that end by themselves `shownFor` milliseconds after they were said last. */
export function createMarks(runtime: Runtime, changes: Changes, shownFor: number): Marks {
  const marks = new Map<string, { conversationId: string; userId: string; cancel: () => void }>();
  const keyOf = (conversationId: string, userId: string | null) => `${conversationId} ${userId}`;

  function end(conversationId: string, userId: string | null): void {
    const key = keyOf(conversationId, userId);
    const mark = marks.get(key);
    if (mark === undefined) return;
    mark.cancel();
    changes.run(() => marks.delete(key));
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
  };
}
