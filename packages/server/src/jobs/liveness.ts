import { sql, type Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Tables } from '../db/tables.ts';
import { repeat } from './repeat.ts';

/** Milliseconds. A dead worker's jobs are free after at most `dead` + `sweep`, and run within the queue's poll of 2 s after that. */
export const livenessTimes = { beat: 5_000, dead: 25_000, sweep: 10_000 };

/**
 * Tells the other processes that this one's worker lives, and frees the jobs of those that do not: graphile-worker itself leaves a dead
 * worker's jobs locked for four hours. A row that is renewed, not an advisory lock, so that it works through PgBouncer and when
 * a machine vanishes without closing its connections.
 *
 * @param workerId what the queue locks jobs by
 */
export async function startLiveness(
  db: Kysely<Tables>,
  workerId: string,
  log: Logger,
  times = livenessTimes,
): Promise<{ stop(): Promise<void> }> {
  await beat(db, workerId);
  const fail = (error: unknown) => log.warn({ err: error }, 'The queue could not be watched over');
  const beats = repeat(times.beat, () => beat(db, workerId), fail);
  const sweeps = repeat(
    times.sweep,
    async () => {
      const dead = await freeDeadWorkers(db, times.dead / 1000);
      if (dead.length > 0) log.warn({ workers: dead }, 'Freed the jobs of workers that died');
    },
    fail,
  );
  return {
    stop: async () => {
      await Promise.all([beats.stop(), sweeps.stop()]);
      // With the database away the row stays, and is old soon.
      await db.deleteFrom('queue_workers').where('id', '=', workerId).execute().catch(fail);
    },
  };
}

async function beat(db: Kysely<Tables>, workerId: string): Promise<void> {
  await sql`insert into queue_workers (id) values (${workerId})
    on conflict (id) do update set seen_at = now()`.execute(db);
}

/** Unlocks what is locked by workers without a fresh sign of life, and answers their ids. */
async function freeDeadWorkers(db: Kysely<Tables>, seconds: number): Promise<string[]> {
  // A worker that started just now may hold a job before its first sign of life, hence the age of the lock.
  const { rows } = await sql<{ id: string }>`
    select distinct locked_by as id from (
      select locked_by, locked_at from graphile_worker._private_jobs
      union all
      select locked_by, locked_at from graphile_worker._private_job_queues
    ) as held
    where locked_by is not null and locked_at < now() - make_interval(secs => ${seconds})
      and not exists (select 1 from queue_workers w
        where w.id = held.locked_by and w.seen_at > now() - make_interval(secs => ${seconds}))`.execute(db);
  const dead = rows.map((row) => row.id);
  if (dead.length > 0) await sql`select graphile_worker.force_unlock_workers(${dead}::text[])`.execute(db);
  await sql`delete from queue_workers where seen_at < now() - interval '1 day'`.execute(db);
  return dead;
}
