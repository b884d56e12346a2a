/** Remembers the newest `capacity` keys by their last writing. */
export interface Recent<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

export function createRecent<V>(capacity: number): Recent<V> {
  const values = new Map<string, V>();
  return {
    get: (key) => values.get(key),
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      if (values.size <= capacity) return;
      const oldest = values.keys().next();
      if (oldest.done !== true) values.delete(oldest.value);
    },
  };
}
