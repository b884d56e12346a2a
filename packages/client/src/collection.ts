import { parseJson } from './json.ts';
import type { ClientStorage } from './types.ts';

/** Named values in storage that several tabs may share. */
export interface Collection<T> {
  /** All that is stored, other tabs' values included. */
  all(): [id: string, value: T][];
  has(id: string): boolean;
  put(id: string, value: T): void;
  remove(id: string): void;
}

/**
 * Each value has a key of its own, so that tabs never write over each other's. The list of names is written by all: a name that was
 * lost to another tab's write is put back by its owner with its next one.
 */
export function createCollection<T>(
  storage: ClientStorage,
  prefix: string,
  isValue: (value: unknown) => value is T,
): Collection<T> {
  const own = new Set<string>();
  const keyOf = (id: string) => `${prefix}:${id}`;
  const has = (id: string) => storage.getItem(keyOf(id)) !== null;

  function ids(): string[] {
    const list = parseJson(storage.getItem(prefix) ?? '');
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
  }
  function writeIds(keep: (id: string) => boolean): void {
    const listed = [...new Set([...ids(), ...[...own].filter(has)])].filter(keep);
    if (listed.length === 0) storage.removeItem(prefix);
    else storage.setItem(prefix, JSON.stringify(listed));
  }

  return {
    has,
    all: () =>
      ids().flatMap((id): [string, T][] => {
        const value = parseJson(storage.getItem(keyOf(id)) ?? '');
        return isValue(value) ? [[id, value]] : [];
      }),
    put(id, value) {
      storage.setItem(keyOf(id), JSON.stringify(value));
      own.add(id);
      writeIds(() => true);
    },
    remove(id) {
      storage.removeItem(keyOf(id));
      own.delete(id);
      writeIds((listed) => listed !== id);
    },
  };
}
