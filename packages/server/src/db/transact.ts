import type { Kysely, Transaction } from 'kysely';
import { errorCode } from '../domain/error-code.ts';
import type { Tables } from './tables.ts';

/** PostgreSQL's codes for what another try can cure: serialization failure, deadlock. */
const retryable = new Set(['40001', '40P01']);
const maxTries = 5;

/** PostgreSQL's code for a row that is there already. */
export const uniqueViolation = '23505';

/** Runs `work` in a transaction, again when PostgreSQL ended it for the sake of another one. `work` may run several times. */
export function transact<T>(db: Kysely<Tables>, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  return withRetries(() => db.transaction().execute(work));
}

/** Runs a transaction again, up to five times in all, when PostgreSQL ended it for the sake of another one. */
export async function withRetries<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt >= maxTries || !retryable.has(sqlState(error))) throw error;
    }
  }
}

/** PostgreSQL's five-character code of an error, or '' for other errors. */
export function sqlState(error: unknown): string {
  return errorCode(error) ?? '';
}
