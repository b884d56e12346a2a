import type { Connection } from './connection.ts';

/** Who is connected to this node. */
export interface Audience {
  add(connection: Connection): void;
  remove(connection: Connection): void;
  /** The connections of one person; none is an empty set. */
  of(userId: string): ReadonlySet<Connection>;
  all(): Iterable<Connection>;
  people(): Iterable<string>;
  size(): number;
}

const nobody: ReadonlySet<Connection> = new Set();

export function createAudience(): Audience {
  const byUser = new Map<string, Set<Connection>>();
  let size = 0;
  return {
    add(connection) {
      const known = byUser.get(connection.asker.userId);
      if (known === undefined) byUser.set(connection.asker.userId, new Set([connection]));
      else known.add(connection);
      size += 1;
    },
    remove(connection) {
      const known = byUser.get(connection.asker.userId);
      if (known?.delete(connection) !== true) return;
      size -= 1;
      if (known.size === 0) byUser.delete(connection.asker.userId);
    },
    of: (userId) => byUser.get(userId) ?? nobody,
    *all() {
      for (const connections of byUser.values()) yield* connections;
    },
    people: () => byUser.keys(),
    size: () => size,
  };
}
