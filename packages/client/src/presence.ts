import type { limits } from '@parley/protocol';
import type { Changes } from './changes.ts';
import type { Connection } from './connection.ts';
import { createMarks } from './marks.ts';
import type { Runtime } from './runtime.ts';

/** Who has which conversation before them. */
export interface Presence {
  /** User ids of the others. */
  of(conversationId: string): readonly string[];
  hear(conversationId: string, userId: string, here: boolean): void;
  /** This person has the conversation before them, or not any more; said again for as long as they do. */
  set(conversationId: string, here: boolean): void;
  /** There is a connection, which may be new: says where this person is. */
  restart(): void;
}

/** Milliseconds that somebody is taken to be there, and between two of one's own. */
const shownFor: (typeof limits)['presenceTtl'] = 40_000;
const toldEvery = 25_000;

export function createPresence(
  runtime: Runtime,
  changes: Changes,
  connection: Pick<Connection, 'isOnline' | 'tell'>,
  self: () => string | null,
): Presence {
  const marks = createMarks(runtime, changes, shownFor);
  const attended = new Map<string, () => void>();
  const tell = (conversationId: string, here: boolean) => {
    if (connection.isOnline()) connection.tell({ op: 'presence', conversationId, here });
  };
  const stay = (id: string): void => {
    attended.get(id)?.();
    tell(id, true);
    attended.set(
      id,
      runtime.later(() => stay(id), toldEvery),
    );
  };
  return {
    of: (id) => marks.of(id),
    hear(id, userId, here) {
      const isOwn = userId === self();
      const isNews = isOwn ? !here : here && !marks.of(id).includes(userId);
      // Who comes has not heard yet that this person is there; and another window of theirs may have said that they left.
      if (isNews && attended.has(id)) tell(id, true);
      if (isOwn) return;
      if (here) marks.begin(id, userId);
      else marks.end(id, userId);
    },
    set(id, here) {
      attended.get(id)?.();
      if (here) stay(id);
      else if (attended.delete(id)) tell(id, false);
    },
    restart: () => [...attended.keys()].forEach(stay),
  };
}
