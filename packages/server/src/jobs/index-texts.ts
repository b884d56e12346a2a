import { sql, type Kysely, type Transaction } from 'kysely';
import type { Context } from '../actions/action.ts';
import { isSearchable } from '../db/text-tail.ts';
import type { Tables } from '../db/tables.ts';
import { repeat, type Repeating } from './repeat.ts';

/** Texts in one statement. */
const batchSize = 2_000;
/** Milliseconds of log in one step, to begin with; it grows over quiet times and shrinks over busy ones. */
const firstStep = 60_000;
/** Milliseconds between two runs. */
const interval = 2_000;

/**
 * Copies what was written to the search over texts, up to some seconds ago, and moves the watermark; what is newer the search reads from
 * the log itself. Steps are transactions of their own, so what a dying process left is done by the next. One process at a time.
 *
 * @returns how many texts were indexed
 */
export async function indexTexts(db: Kysely<Tables>): Promise<number> {
  const limit = await readSafeLimit(db);
  let step = firstStep;
  let indexed = 0;
  for (;;) {
    const done = await db.transaction().execute((trx) => indexStep(trx, limit, step));
    if (done === null) return indexed;
    indexed += done.indexed;
    step = nextStep(step, done.indexed);
    if (done.finished) return indexed;
  }
}

function nextStep(step: number, indexed: number): number {
  if (indexed >= batchSize) return Math.max(1, Math.floor(step / 4));
  return indexed < batchSize / 8 ? step * 2 : step;
}

/**
 * Up to when every message can be read by now: a message is dated within its transaction, so none that is still to be committed is
 * older than the oldest transaction. A second is left for clocks that are set back.
 */
async function readSafeLimit(db: Kysely<Tables>): Promise<Date> {
  const { rows } = await sql<{
    upto: Date;
  }>`select least(clock_timestamp() - interval '2 seconds', min(xact_start))
      - interval '1 second' as upto
    from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`.execute(
    db,
  );
  return rows[0]?.upto ?? new Date(0);
}

/** Null when another process is at it, or nothing is left. */
async function indexStep(
  trx: Transaction<Tables>,
  limit: Date,
  step: number,
): Promise<{ indexed: number; finished: boolean } | null> {
  const lock = await sql<{
    mine: boolean;
  }>`select pg_try_advisory_xact_lock(hashtextextended('parley_index_texts', 0)) as mine`.execute(trx);
  if (lock.rows[0]?.mine !== true) return null;
  const from = await readStart(trx, limit);
  if (from >= limit) return null;
  const upto = new Date(Math.min(limit.getTime(), from.getTime() + step));
  const indexed = await addTexts(trx, from, upto);
  // A full batch may not be all: it is committed, so that its locks are short, and the next one goes on from the same watermark.
  if (indexed >= batchSize) return { indexed, finished: false };
  await replaceEdited(trx, from, upto);
  await trx.updateTable('search_watermark').set({ upto }).execute();
  return { indexed, finished: upto >= limit };
}

/** Where the index stands; in the beginning just before the first message. */
async function readStart(trx: Kysely<Tables>, limit: Date): Promise<Date> {
  const { rows } = await sql<{ start: Date | null }>`select case when upto > '-infinity' then upto else
    (select date_trunc('milliseconds', min(created_at)) from messages) end as start from search_watermark`.execute(
    trx,
  );
  return rows[0]?.start ?? limit;
}

/**
 * The lock on each row makes edits and redactions either wait or be seen; a row that one of them holds is left out: an edit comes
 * again by its own entry in the log, and what is redacted has no place here.
 */
async function addTexts(trx: Kysely<Tables>, from: Date, upto: Date): Promise<number> {
  const added = await sql`insert into message_texts (conversation_id, seq, folded)
    select m.conversation_id, m.seq, parley_fold(m.body) from messages m
    where m.created_at >= ${from} and m.created_at < ${upto} and ${isSearchable}
      and not exists (select 1 from message_texts t where t.conversation_id = m.conversation_id and t.seq = m.seq)
    limit ${batchSize} for share of m skip locked
    on conflict do nothing`.execute(trx);
  return Number(added.numAffectedRows ?? 0n);
}

async function replaceEdited(trx: Kysely<Tables>, from: Date, upto: Date): Promise<void> {
  await sql`insert into message_texts (conversation_id, seq, folded)
    select m.conversation_id, m.seq, parley_fold(m.body) from messages m
    where (m.conversation_id, m.seq) in (select e.conversation_id, (e.data->>'target')::int from messages e
        where e.created_at >= ${from} and e.created_at < ${upto} and e.kind = 'edit') and ${isSearchable}
    for share of m skip locked
    on conflict (conversation_id, seq) do update set folded = excluded.folded`.execute(trx);
}

/** Indexes every two seconds until stopped. What fails is logged and tried again. */
export function startTextIndexing(context: Pick<Context, 'db' | 'log'>): Repeating {
  return repeat(
    interval,
    async () => {
      await indexTexts(context.db);
    },
    (error) => context.log.error({ err: error }, 'texts could not be indexed for the search; trying again'),
  );
}
