import type { Store } from '@parley/client';

/** A store that somebody sets. */
export interface Cell<T> extends Store<T> {
  set(value: T): void;
}

export function cell<T>(value: T): Cell<T> {
  const listeners = new Set<() => void>();
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => value,
    set: (next) => {
      value = next;
      listeners.forEach((listener) => listener());
    },
  };
}

export const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
