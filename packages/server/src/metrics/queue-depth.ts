import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';

/** Milliseconds that a scrape waits for the database. */
const patience = 1_000;

const queueSql = `select count(*) filter (where locked_at is null and attempts < max_attempts) as waiting,
    count(*) filter (where locked_at is not null) as running,
    count(*) filter (where locked_at is null and attempts >= max_attempts) as failed
  from graphile_worker._private_jobs`;

/** How many jobs there are, by state. */
export type QueueDepth = Readonly<Record<'waiting' | 'running' | 'failed', number>>;

/** Answers a function that looks into the queue; null when the database does not answer within a second. One look at a time. */
export function readQueue(pool: Pool): () => Promise<QueueDepth | null> {
  let looking: Promise<QueueDepth | null> | null = null;
  const look = (): Promise<QueueDepth | null> =>
    pool
      .query<QueueDepth>(queueSql)
      .then(
        ({ rows }) => rows[0] ?? null,
        () => null,
      )
      .finally(() => (looking = null));
  return () => Promise.race([(looking ??= look()), sleep(patience, null, { ref: false })]);
}
