import type { ClientStorage } from '../../src/index.ts';

/** Storage as browsers have it, with what is in it. */
export function createStorage(): ClientStorage & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}
