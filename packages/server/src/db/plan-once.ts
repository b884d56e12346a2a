import { createHash } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import type pg from 'pg';
import { wrapQueries } from './wrap-queries.ts';

const mark = '/* plan once */';

/**
 * Stands in front of a statement that is read again and again: each connection prepares it, and PostgreSQL plans it five times at most,
 * which takes longer than to carry it out where it joins many tables. The plan must be good for all values of its parameters, so what
 * PostgreSQL has to see in order to choose well (a big store's id) stands in the text, and then the statement is no such one. Its columns
 * are named, never `*`: a column more would break it on connections that have it prepared.
 */
export const planOnce: RawBuilder<unknown> = sql.raw(mark);

/** Different statements that a connection prepares at most; there are some twenty. What is over it is planned each time. */
const maxNames = 100;
const names = new Map<string, string>();

/** The name under which connections prepare a statement, by its text, so that it means the same on every node. Null for the others. */
export function statementName(text: string): string | null {
  if (!text.startsWith(mark)) return null;
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= maxNames) return null;
  const name = `parley-${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  names.set(text, name);
  return name;
}

/** Makes the connections of a pool prepare the statements that say `planOnce`. */
export function prepareMarked(pool: pg.Pool): void {
  wrapQueries(pool, (ask) => (statement, ...rest) => {
    const name = typeof statement === 'string' ? statementName(statement) : null;
    return ask(name === null ? statement : { name, text: statement }, ...rest);
  });
}
