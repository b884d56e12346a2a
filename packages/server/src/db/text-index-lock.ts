import { sql, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';

const key = sql.raw(`hashtextextended('parley_index_texts', 0)`);

/** Takes, until the transaction ends, the right to write the search over texts; false where somebody has it. */
export async function tryTextIndexLock(trx: Transaction<Tables>): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${key}) as mine`.execute(
    trx,
  );
  return rows[0]?.mine === true;
}

/** Waits for that right: texts that vanish without an entry in the log must not be copied at the same moment. */
export async function lockTextIndex(trx: Transaction<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${key})`.execute(trx);
}
