import type { Conversation } from '@parley/protocol';
import type { Changes } from './changes.ts';
import { isLevel, isOlder } from './head.ts';

/** Every conversation that this client has seen: lists and threads are views of it, so they never disagree. */
export interface ConversationCache {
  get(id: string): Conversation | undefined;
  all(): Conversation[];
  /** Grows with every change; an answer says at which one it was asked for. */
  stamp(): number;
  /** The stamp of the last change, or confirmation, of one. */
  stampOf(id: string): number;
  /**
   * Takes in what the service says. `askedAt` is the stamp at which it was asked for, null for what was pushed: then it may have
   * been read at any time. False where it is older than what is known, or may be; nothing is taken then, and it has to be asked for again.
   */
  accept(conversation: Conversation, askedAt: number | null): boolean;
  /** Takes what is known of one as confirmed: what was asked for before is older. */
  confirm(id: string): void;
  /** Changes one by what was pushed or done here. */
  update(id: string, change: (before: Conversation) => Conversation): void;
  remove(id: string): void;
}

export interface CacheOptions {
  readonly changes: Changes;
  /** What was done here and has not reached the service yet, put over what the service says. */
  readonly overlay: (conversation: Conversation) => Conversation;
  readonly onChange: (before: Conversation | undefined, after: Conversation) => void;
}

export function createConversationCache({ changes, overlay, onChange }: CacheOptions): ConversationCache {
  const entries = new Map<string, { conversation: Conversation; stamp: number }>();
  let stamp = 0;

  function put(conversation: Conversation): void {
    const before = entries.get(conversation.id)?.conversation;
    const same = before !== undefined && isSame(before, conversation);
    const after = same ? before : conversation;
    stamp += 1;
    entries.set(conversation.id, { conversation: after, stamp });
    if (!same) changes.run(() => onChange(before, after));
  }

  return {
    get: (id) => entries.get(id)?.conversation,
    all: () => [...entries.values()].map(({ conversation }) => conversation),
    stamp: () => stamp,
    stampOf: (id) => entries.get(id)?.stamp ?? 0,
    accept(given, askedAt) {
      const conversation = overlay(given);
      const known = entries.get(conversation.id);
      const overtaken = known !== undefined && (askedAt === null || known.stamp > askedAt);
      if (overtaken && isOlder(conversation, known.conversation)) return false;
      // What is pushed comes in order. An answer may have been on its way since before the last push.
      if (overtaken && askedAt !== null && !isSame(conversation, known.conversation))
        if (isLevel(conversation, known.conversation)) return false;
      put(conversation);
      return true;
    },
    confirm(id) {
      const known = entries.get(id);
      if (known) put(known.conversation);
    },
    update(id, change) {
      const known = entries.get(id);
      if (known) put(change(known.conversation));
    },
    remove(id) {
      if (!entries.delete(id)) return;
      stamp += 1;
      changes.run(() => undefined);
    },
  };
}

const isSame = (a: Conversation, b: Conversation): boolean => JSON.stringify(a) === JSON.stringify(b);
