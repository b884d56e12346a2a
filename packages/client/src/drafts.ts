import type { Changes } from './changes.ts';
import { createCollection, type Collection } from './collection.ts';
import type { ClientStorage } from './types.ts';

/** What somebody has begun to write, by conversation; survives a reload. */
export interface Drafts {
  all(): ReadonlyMap<string, string>;
  set(conversationId: string, text: string): void;
  /** From now on they are this person's. */
  open(userId: string): void;
  /** Looks what other tabs have written. */
  reload(): void;
}

export function createDrafts(changes: Changes, storage: ClientStorage, prefix: string): Drafts {
  let texts: ReadonlyMap<string, string> = new Map();
  let stored: Collection<string> | null = null;

  const reload = () =>
    changes.run(() => {
      if (stored !== null) texts = new Map(stored.all());
    });
  return {
    all: () => texts,
    set(conversationId, text) {
      if ((texts.get(conversationId) ?? '') === text) return;
      changes.run(() => {
        const next = new Map(texts);
        if (text === '') next.delete(conversationId);
        else next.set(conversationId, text);
        texts = next;
        if (text === '') stored?.remove(conversationId);
        else stored?.put(conversationId, text);
      });
    },
    open(userId) {
      stored = createCollection(storage, `${prefix}${userId}:drafts`, isText);
      for (const [conversationId, text] of texts) stored.put(conversationId, text);
      reload();
    },
    reload,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';
