import { sql, type Kysely, type Transaction } from 'kysely';
import type { Context } from '../actions/action.ts';
import { readSafeMoment } from '../db/safe-moment.ts';
import { fold } from '../db/search.ts';
import { tryTextIndexLock } from '../db/text-index-lock.ts';
import { isSearchable } from '../db/text-tail.ts';
import type { Tables } from '../db/tables.ts';
import { sqlState, uniqueViolation } from '../db/transact.ts';
import { repeat, type Repeating } from './repeat.ts';

/** Messages in one step, unless more were written in one millisecond; a step takes well under a second. */
const stepSize = 10_000;
/** Milliseconds of log in one step, to begin with; it grows over quiet times and shrinks over busy ones. */
const firstStep = 60_000;
/** Milliseconds between two runs. */
const interval = 2_000;
/** Seconds: what is behind the watermark is never read again, so clocks get room. */
const margin = 3;

/**
 * Copies what was written to the search over texts, up to some seconds ago, and moves the watermark; what is newer the search reads from
 * the log itself. Steps are transactions of their own, so what a dying process left is done by the next. One process at a time.
 *
 * No message is locked, which halves the work: what is edited or taken back while a step reads it comes again by its own entry in the
 * log, which is younger than the step's end, and the search holds every hit against the log.
 *
 * @param stopping ends it after the step that is under way; the others are done by the next run
 * @returns how many texts were indexed
 */
export async function indexTexts(db: Kysely<Tables>, stopping?: AbortSignal): Promise<number> {
  const limit = await readSafeMoment(db, { margin });
  let length = firstStep;
  let indexed = 0;
  for (;;) {
    const done = await takeStep(db, limit, length);
    if (done === null) return indexed;
    indexed += done.indexed;
    length = done.next;
    if (done.finished || stopping?.aborted === true) return indexed;
  }
}

/** What a step did; `next` is how many milliseconds of log the one after it may take. */
interface Step {
  readonly indexed: number;
  readonly finished: boolean;
  readonly next: number;
}

/**
 * A text is copied once, unless the watermark was set back by hand. To look for each before it is written takes an eighth of the work, so
 * that is done where one was there already.
 */
async function takeStep(db: Kysely<Tables>, limit: Date, length: number): Promise<Step | null> {
  const take = (texts: 'new' | 'some known'): Promise<Step | null> =>
    db.transaction().execute((trx) => indexStep(trx, limit, length, texts));
  try {
    return await take('new');
  } catch (error) {
    if (sqlState(error) === uniqueViolation) return take('some known');
    throw error;
  }
}

/** Null when another process is at it, or nothing is left. */
async function indexStep(
  trx: Transaction<Tables>,
  limit: Date,
  length: number,
  texts: 'new' | 'some known',
): Promise<Step | null> {
  if (!(await tryTextIndexLock(trx))) return null;
  const from = await readStart(trx);
  if (from === null || from >= limit) return null;
  const { upto, next } = await measureStep(trx, from, limit, length);
  const indexed = await addTexts(trx, from, upto, texts);
  await replaceChanged(trx, from, upto);
  await trx.updateTable('search_watermark').set({ upto }).execute();
  return { indexed, finished: upto >= limit, next };
}

/** The first message that the index has not read; null where there is none, so that a quiet service writes nothing. */
async function readStart(trx: Kysely<Tables>): Promise<Date | null> {
  const { rows } = await sql<{ start: Date | null }>`select
      (select date_trunc('milliseconds', min(m.created_at)) from messages m where m.created_at >= w.upto) as start
    from search_watermark w`.execute(trx);
  return rows[0]?.start ?? null;
}

/** Where a step ends that takes no more than so many messages, and what to try after it. */
async function measureStep(
  trx: Kysely<Tables>,
  from: Date,
  limit: Date,
  step: number,
): Promise<{ upto: Date; next: number }> {
  for (let length = step; ; length = Math.max(1, Math.floor(length / 4))) {
    const upto = new Date(Math.min(limit.getTime(), from.getTime() + length));
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from (select 1 from messages m
      where m.created_at >= ${from} and m.created_at < ${upto} limit ${stepSize + 1}) as within`.execute(trx);
    const count = rows[0]?.count ?? 0;
    if (count <= stepSize || length === 1) return { upto, next: count < stepSize / 4 ? length * 2 : length };
  }
}

async function addTexts(
  trx: Kysely<Tables>,
  from: Date,
  upto: Date,
  texts: 'new' | 'some known',
): Promise<number> {
  const added = await sql`insert into message_texts (conversation_id, seq, folded)
    select m.conversation_id, m.seq, ${fold(sql`m.body`)} from messages m
    where m.created_at >= ${from} and m.created_at < ${upto} and ${isSearchable}
    ${texts === 'new' ? sql`` : sql`on conflict do nothing`}`.execute(trx);
  return Number(added.numAffectedRows ?? 0n);
}

/** What was changed since a step read it: copied anew, or taken out. Last in a step, since it holds rows that a change waits for. */
async function replaceChanged(trx: Kysely<Tables>, from: Date, upto: Date): Promise<void> {
  await sql`with changed as materialized (
      select distinct e.conversation_id, (e.data->>'target')::int as seq from messages e
      where e.created_at >= ${from} and e.created_at < ${upto} and e.kind in ('edit', 'redaction')
    ), gone as (
      delete from message_texts t using changed join messages m using (conversation_id, seq)
      where t.conversation_id = m.conversation_id and t.seq = m.seq and not (${isSearchable})
    )
    insert into message_texts (conversation_id, seq, folded)
    select m.conversation_id, m.seq, ${fold(sql`m.body`)} from changed join messages m using (conversation_id, seq)
    where ${isSearchable}
    on conflict (conversation_id, seq) do update set folded = excluded.folded`.execute(trx);
}

/** Indexes every two seconds until stopped, a backlog without a pause. What fails is logged and tried again. */
export function startTextIndexing(context: Pick<Context, 'db' | 'log'>): Repeating {
  const stopping = new AbortController();
  const indexing = repeat(
    interval,
    async () => {
      await indexTexts(context.db, stopping.signal);
    },
    (error) => context.log.error({ err: error }, 'texts could not be indexed for the search; trying again'),
  );
  return {
    stop: () => {
      stopping.abort();
      return indexing.stop();
    },
  };
}
