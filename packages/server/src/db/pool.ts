import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { askByCallback } from './ask-by-callback.ts';
import { watchLine } from './line-watch.ts';
import { prepareMarked } from './plan-once.ts';

/** What a pool may be told; all have defaults. */
export interface PoolOptions {
  /** Connections at most. Default 10. */
  readonly max?: number;
  /** How the connections are named in `pg_stat_activity`. Default `parley`. */
  readonly applicationName?: string;
  /** Milliseconds after which PostgreSQL gives up on a statement; 0 means never. Default 15,000. */
  readonly statementTimeout?: number;
  /** Milliseconds after which a statement gives up on a lock that somebody else holds; 0 means never, and is the default. */
  readonly lockTimeout?: number;
  /** Queries of one connection are sent without waiting for the answers before them. Default false. */
  readonly pipeline?: boolean;
  /** Queries fail when the network stalls (see `watchLine`). False for a pool whose connections wait for what may never come. */
  readonly watched?: boolean;
  /** Hears of connections that broke while nobody waited for an answer, until the pool ends; it replaces them by itself. */
  readonly onConnectionError?: (error: Error) => void;
}

/**
 * A pool of connections to PostgreSQL. `bigint` comes as a number and `timestamptz` as a Date. A connection that breaks
 * makes its query fail, never the process.
 */
export function createPool(connectionString: string, options: PoolOptions = {}): pg.Pool {
  const { max = 10, applicationName = 'parley', statementTimeout = 15_000 } = options;
  // At the end the embedded PostgreSQL says goodbye to connections that are being closed.
  const report = (error: Error): void => (pool.ending ? undefined : options.onConnectionError?.(error));
  const pool = new pg.Pool({
    connectionString,
    max,
    application_name: applicationName,
    statement_timeout: statementTimeout,
    ...(options.lockTimeout !== undefined && { lock_timeout: options.lockTimeout }),
    // What a node that vanished has locked is free after this.
    idle_in_transaction_session_timeout: 10_000,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(options.pipeline === true && { pipeline: true }),
    types: columnTypes(),
  });
  pool.on('error', report);
  // The pool listens to idle connections alone: one that breaks in somebody's hands between two queries would end the process.
  pool.on('connect', (client) => client.on('error', report));
  prepareMarked(pool);
  askByCallback(pool);
  if (options.watched !== false) watchLine(pool, (timeout) => probe(connectionString, timeout));
  return pool;
}

/** Asks the database on a fresh connection. */
async function probe(connectionString: string, timeout: number): Promise<void> {
  const client = new pg.Client({
    connectionString,
    application_name: 'parley-probe',
    connectionTimeoutMillis: timeout,
    query_timeout: timeout,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    client.end().catch(() => undefined);
  }
}

/** Kysely's query builder over a pool; `T` are the tables. Ending it is the pool's owner's affair. */
export function createKysely<T>(pool: pg.Pool): Kysely<T> {
  return new Kysely<T>({ dialect: new PostgresDialect({ pool }) });
}

function columnTypes(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, safeInteger);
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, readTime);
  return types;
}

/**
 * The engine reads ISO 8601 several times faster than `pg` reads what PostgreSQL writes, and pages are full of times. In UTC the two
 * differ by two letters; anything else is left to `pg`.
 */
function readTime(text: string): unknown {
  if (text.endsWith('+00') && text[10] === ' ')
    return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
  const read: unknown = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ);
  return typeof read === 'function' ? Reflect.apply(read, undefined, [text]) : text;
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`The bigint ${text} is beyond what a number holds exactly.`);
  return value;
}
