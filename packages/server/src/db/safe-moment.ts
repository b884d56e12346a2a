import { sql, type Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export interface SafeMomentOptions {
  /** Seconds that the database's clock may be set back without harm. */
  readonly margin: number;
  /** Seconds after which no transaction is waited for any more: only where what it writes may be missed. */
  readonly patience?: number;
}

/**
 * Up to when the log can be read for good: no message, and no head that one moved, becomes visible later with an older date. By the
 * database's clock.
 *
 * It holds since the journal dates with `clock_timestamp()`, and only in a transaction that has its id already: the lock on the
 * conversations' rows, the statement before, gave it. So what is dated and not committed shows in `pg_stat_activity` as a transaction
 * with an id that began no later than that; and what had no id yet when this looked is dated after `now()`, which is when the look began.
 * Both end at once, id and invisibility. Whoever only reads (`pg_dump`, somebody's open `begin`) has no id and holds nothing back.
 * A journal that dates by `now()`, or before it locks, or that prepares transactions (`pg_prepared_xacts`), would break it. Ask outside of
 * a transaction: within, `now()` is older than need be, and the answer would leave the own writing out.
 */
export async function readSafeMoment(
  db: Kysely<Tables>,
  { margin, patience }: SafeMomentOptions,
): Promise<Date> {
  // `least` and `greatest` leave nulls out: no transaction, no patience.
  const { rows } = await sql<{ safe: Date }>`
    select greatest(least(now(), min(xact_start)) - make_interval(secs => ${margin}::float8),
      now() - make_interval(secs => ${patience ?? null}::float8)) as safe
    from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
      and backend_xid is not null`.execute(db);
  return rows[0]?.safe ?? new Date(0);
}
