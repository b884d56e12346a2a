import type { Store } from './types.ts';

/** A store that knows whether anybody listens. */
export interface WatchedStore<T> extends Store<T> {
  watched(): boolean;
}

/** Everything that a client shows changes through one of these, so that what belongs together is seen together. */
export interface Changes {
  /** Runs a change; subscribers hear of it once, when the outermost one has ended, and only of stores that are different then. */
  run<T>(change: () => T): T;
  /**
   * A store whose snapshot `derive` makes, lazily, after changes. It gets the previous snapshot and answers it again where nothing is
   * different. `onFirst` runs when somebody begins to listen.
   */
  store<T>(derive: (previous: T | undefined) => T, onFirst?: () => void): WatchedStore<T>;
}

export function createChanges(): Changes {
  let depth = 0;
  let version = 0;
  let telling = false;
  const tellers = new Set<() => void>();

  function tell(): void {
    if (telling) return;
    telling = true;
    try {
      for (let told = -1; told !== version;) {
        told = version;
        for (const teller of [...tellers]) teller();
      }
    } finally {
      telling = false;
    }
  }

  return {
    run(change) {
      depth += 1;
      try {
        return change();
      } finally {
        version += 1;
        depth -= 1;
        if (depth === 0) tell();
      }
    },
    store: (derive, onFirst) => createStore(derive, onFirst, () => version, tellers),
  };
}

function createStore<T>(
  derive: (previous: T | undefined) => T,
  onFirst: (() => void) | undefined,
  version: () => number,
  tellers: Set<() => void>,
): WatchedStore<T> {
  const listeners = new Set<() => void>();
  let made: { value: T; version: number } | undefined;
  let told: T | undefined;

  function getSnapshot(): T {
    if (made?.version !== version()) made = { value: derive(made?.value), version: version() };
    return made.value;
  }
  function teller(): void {
    const next = getSnapshot();
    if (next === told) return;
    told = next;
    for (const listener of [...listeners]) callSafely(listener);
  }

  return {
    getSnapshot,
    watched: () => listeners.size > 0,
    subscribe(listener) {
      const own = () => listener();
      listeners.add(own);
      if (listeners.size === 1) {
        told = getSnapshot();
        tellers.add(teller);
        onFirst?.();
      }
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) tellers.delete(teller);
      };
    },
  };
}

/** A listener's fault is its owner's to see, and must not keep others from hearing, nor end the connection. */
function callSafely(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
