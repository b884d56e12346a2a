import type { ClientStorage } from './types.ts';

/** `localStorage`, or memory where there is none or the browser forbids it. */
export function defaultStorage(): ClientStorage {
  try {
    if (typeof localStorage !== 'undefined') return localStorage;
  } catch {
    // A sandboxed frame throws at the mere mention.
  }
  return createMemoryStorage();
}

function createMemoryStorage(): ClientStorage {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

/** The same storage; what it cannot take (full, forbidden) stays in memory instead. */
export function createSafeStorage(storage: ClientStorage): ClientStorage {
  const memory = createMemoryStorage();
  const attempt = <T>(act: () => T, otherwise: () => T): T => {
    try {
      return act();
    } catch {
      return otherwise();
    }
  };
  return {
    getItem: (key) =>
      memory.getItem(key) ??
      attempt(
        () => storage.getItem(key),
        () => null,
      ),
    setItem(key, value) {
      memory.removeItem(key);
      attempt(
        () => storage.setItem(key, value),
        () => memory.setItem(key, value),
      );
    },
    removeItem(key) {
      memory.removeItem(key);
      attempt(
        () => storage.removeItem(key),
        () => undefined,
      );
    },
  };
}
