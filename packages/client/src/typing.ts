import type { limits } from '@parley/protocol';
import type { Changes } from './changes.ts';
import { createMarks, type Marks } from './marks.ts';
import type { Runtime } from './runtime.ts';

/** Who is typing where, as far as it was said in the last seconds. */
export interface Typing extends Marks {
  /** Whether this person's own typing may be said again. */
  mayTell(conversationId: string): boolean;
}

/** Milliseconds that a typing mark is shown, and between two of one's own. */
const shownFor: (typeof limits)['typingTtl'] = 5_000;
const toldEvery = 3_000;

export function createTyping(runtime: Runtime, changes: Changes): Typing {
  const told = new Set<string>();
  return {
    ...createMarks(runtime, changes, shownFor),
    mayTell(conversationId) {
      if (told.has(conversationId)) return false;
      told.add(conversationId);
      runtime.later(() => told.delete(conversationId), toldEvery);
      return true;
    },
  };
}
