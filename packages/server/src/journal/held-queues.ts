import type { Waiting } from './batch.ts';

/** Entries that wait for conversations that are held: a queue of each, in its order. An empty one says that it was held when last tried. */
export interface HeldQueues {
  /** Entries in all of them. */
  size(): number;
  has(conversationId: string): boolean;
  add(waiting: Waiting): void;
  /** The first of each conversation, `room` in all. They stay in their queues until they are answered. */
  first(room: number): Map<string, readonly Waiting[]>;
  /** What becomes of a conversation after a try of its first ones; answers what is to go elsewhere, since nobody holds it any more. */
  settle(conversationId: string, tried: readonly Waiting[], held: ReadonlySet<Waiting>): readonly Waiting[];
  /** Takes out those that are due. */
  takeDue(isDue: (waiting: Waiting) => boolean): Waiting[];
}

/** `maxKnown` conversations at most are known as held while none of their entries waits. */
export function createHeldQueues(maxKnown: number): HeldQueues {
  const queues = new Map<string, Waiting[]>();
  let size = 0;

  return {
    size: () => size,
    has: (conversationId) => queues.has(conversationId),
    add(waiting) {
      const id = waiting.entry.conversationId;
      const queue = queues.get(id);
      if (queue === undefined) queues.set(id, [waiting]);
      else queue.push(waiting);
      size += 1;
    },
    first(room) {
      const parts = new Map<string, readonly Waiting[]>();
      let left = room;
      for (const [id, queue] of queues) {
        if (left > 0 && queue.length > 0) parts.set(id, queue.slice(0, left));
        left -= Math.min(left, queue.length);
      }
      return parts;
    },
    settle(id, tried, held) {
      const answered = tried.filter((waiting) => !held.has(waiting)).length;
      const left = (queues.get(id) ?? []).slice(answered);
      const isHeld = answered < tried.length;
      queues.delete(id);
      size -= isHeld ? answered : answered + left.length;
      // Behind the others, which thus have their turn.
      if (isHeld) queues.set(id, left);
      return isHeld ? [] : left;
    },
    takeDue(isDue) {
      const taken: Waiting[] = [];
      for (const [id, queue] of queues) {
        const due = queue.filter(isDue);
        if (due.length === 0) continue;
        const left = queue.filter((waiting) => !isDue(waiting));
        if (left.length > 0 || queues.size <= maxKnown) queues.set(id, left);
        else queues.delete(id);
        taken.push(...due);
      }
      size -= taken.length;
      return taken;
    },
  };
}
