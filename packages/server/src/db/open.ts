import type pg from 'pg';
import type { Logger } from 'pino';
import type { DatabaseConfig } from '../config.ts';
import { errorCode } from '../domain/error-code.ts';
import { startEmbeddedPostgres } from './embedded/start.ts';
import { migrate } from './migrate.ts';
import { createPool } from './pool.ts';
import { isUnreachable } from './unreachable.ts';

/** The service's database, reached and with its schema up to date. */
export interface OpenDatabase {
  readonly pool: pg.Pool;
  readonly connectionString: string;
  /** Names of the migrations that opening it ran. */
  readonly migrated: readonly string[];
  /** Settles with the reason when an embedded PostgreSQL ends by itself; never for others, which come back. */
  readonly failed: Promise<string>;
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  /** Instead of what the configuration says. */
  readonly connectionString?: string | undefined;
  readonly log: Pick<Logger, 'warn'>;
  readonly say: (line: string) => void;
}

/** `DATABASE_URL` leads to no PostgreSQL that answers us. */
export class DatabaseUnreachableError extends Error {
  override name = 'DatabaseUnreachableError';
}

/**
 * Opens the database: the one that is named, or else the embedded one, which ends with `close`.
 * @throws {DatabaseUnreachableError} {@link EmbeddedPostgresError} {@link MigrationError}
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions): Promise<OpenDatabase> {
  const server = await reach(config, options);
  let isClosing = false;
  const pool = createPool(server.connectionString, {
    // Ten requests that wait for one conversation that a stranger's transaction holds would keep all others waiting.
    lockTimeout: 2_000,
    onConnectionError: (error) => options.log.warn({ err: error }, 'a connection to the database broke'),
  });
  const close = async () => {
    isClosing = true;
    await pool.end();
    await server.stop();
  };
  try {
    const migrations = await migrate(pool);
    if (migrations.length > 0)
      options.say(`Brought the database's schema up to date (${migrations.length} steps).`);
    const failed = server.exited.then((code) =>
      isClosing
        ? new Promise<string>(() => undefined)
        : `PostgreSQL ended by itself (exit code ${code ?? 'unknown'}).`,
    );
    return {
      pool,
      connectionString: server.connectionString,
      migrated: migrations.map((one) => one.name),
      failed,
      close,
    };
  } catch (error) {
    await close();
    throw isUnreachable(error) || isRefused(error) ? unreachable(error) : error;
  }
}

interface Server {
  readonly connectionString: string;
  readonly exited: Promise<number | null>;
  readonly stop: () => Promise<void>;
}

function reach({ dataDir, databaseUrl }: DatabaseConfig, options: OpenOptions): Promise<Server> {
  const connectionString = options.connectionString ?? databaseUrl;
  if (connectionString === null) return startEmbeddedPostgres({ dataDir, log: options.say });
  return Promise.resolve({
    connectionString,
    exited: new Promise(() => undefined),
    stop: () => Promise.resolve(),
  });
}

/** PostgreSQL's codes: wrong password, role that may not connect, no such database. */
function isRefused(error: unknown): boolean {
  return ['28P01', '28000', '3D000'].includes(errorCode(error) ?? '');
}

/** Says the reason, never the address: it may hold a password. */
function unreachable(error: unknown): DatabaseUnreachableError {
  const reason = error instanceof Error ? (errorCode(error) ?? error.message) : String(error);
  const hint = isRefused(error)
    ? 'It answers, but refuses: check user, password and database name.'
    : 'Check that it runs and that this machine may reach it.';
  return new DatabaseUnreachableError(`The database of DATABASE_URL cannot be used (${reason}). ${hint}`, {
    cause: error,
  });
}
