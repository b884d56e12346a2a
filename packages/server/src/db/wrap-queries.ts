import type pg from 'pg';

/** Asks a connection as it is asked itself: a text or a configuration, values, a callback. */
export type Ask = (...asked: unknown[]) => unknown;

/** Lets all questions to a pool's connections go through `wrap`, the wrapper that was added last before the others. */
export function wrapQueries(pool: pg.Pool, wrap: (ask: Ask) => Ask): void {
  pool.on('connect', (client) => {
    const query: unknown = Reflect.get(client, 'query');
    if (typeof query !== 'function') return;
    const ask: Ask = (...asked) => Reflect.apply(query, client, asked);
    Object.defineProperty(client, 'query', { configurable: true, value: wrap(ask) });
  });
}
