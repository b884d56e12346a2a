import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterPaths, diskNote } from './cluster.ts';
import { DataFolderInUseError, EmbeddedPostgresError } from './errors.ts';
import { isUsable, type Home, type Log } from './folders.ts';
import { sharedBuffers } from './memory.ts';
import { readPostmaster } from './postmaster-pid.ts';
import { startWatched, type WatchedProcess } from './watched-process.ts';

/** What to launch: a cluster's home, the server's files, and whether its data must survive a power cut. */
export interface LaunchPlan {
  readonly home: Home;
  readonly native: string;
  readonly durable: boolean;
  readonly log: Log;
}

/** A PostgreSQL that takes connections on the Unix socket in the folder `sockets`. */
export interface Launched {
  readonly server: WatchedProcess;
  readonly sockets: string;
}

/**
 * Starts PostgreSQL on an existing cluster and waits until it takes connections, recovery after a crash included. Orphans of
 * one that was killed, busy to the end of their statements, are waited for, 30 s at most.
 * @throws {DataFolderInUseError} when another start on that folder was faster
 * @throws {EmbeddedPostgresError} with what PostgreSQL said, when it did not start
 */
export async function launch(plan: LaunchPlan): Promise<Launched> {
  const logFile = join(plan.home.folder, 'postgres.log');
  for (let waited = 0; ; waited += 500) {
    const sockets = await makeSocketFolder(plan.home);
    const output = openLog(logFile);
    const from = statSync(logFile).size;
    const server = await spawnServer(plan, sockets, output);
    closeSync(output);
    if (await isReady(server, plan)) return { server, sockets };
    const said = readFileSync(logFile).subarray(from).toString('utf8');
    const orphans = said.includes('pre-existing shared memory block');
    if (!orphans || waited >= 30_000) throw await failure(plan.home, logFile, said);
    if (waited === 0) plan.log('Waiting for processes that the PostgreSQL before has left …');
    await sleep(500);
  }
}

/** Its path must be short (a socket's has 107 bytes at most, 103 on macOS), and other users of the system must stay out. */
async function makeSocketFolder(home: Home): Promise<string> {
  for (const place of [tmpdir(), '/tmp', home.folder]) {
    if (Buffer.byteLength(place) > 70 || !(await isUsable(place, home.account))) continue;
    const folder = await mkdtemp(join(place, 'parley-'));
    if (home.account) await chown(folder, home.account.uid, home.account.gid);
    return folder;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's socket finds no place: neither ${tmpdir()} nor /tmp can be used.`,
  );
}

function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 10_000_000) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

function spawnServer(plan: LaunchPlan, sockets: string, output: number): Promise<WatchedProcess> {
  const { data } = clusterPaths(plan.home.folder);
  return startWatched({
    command: join(plan.native, 'bin', 'postgres'),
    args: ['-D', data, ...settings(sockets, plan.durable)],
    account: plan.home.account,
    cwd: plan.home.folder,
    sockets,
    output,
  });
}

/** For a machine that the service shares. The log keeps to what went wrong: statements and details would carry people's messages. */
function settings(sockets: string, durable: boolean): string[] {
  const values = {
    listen_addresses: '',
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: `${sharedBuffers()}MB`,
    // Checkpoints under load half as often as by default: after each, every page that is written to goes into the log whole. This build
    // compresses those with pglz alone, which took a fifth of the journal's time after a checkpoint.
    max_wal_size: '2GB',
    wal_compression: 'off',
    // New segments of the log are not filled with zeros first: under load that doubled what the disk had to write, and each 16 MB kept
    // commits waiting for 40 ms. On file systems that allocate late the first writes of a segment cost a little more.
    wal_init_zero: 'off',
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
async function isReady(server: WatchedProcess, plan: LaunchPlan): Promise<boolean> {
  const { data } = clusterPaths(plan.home.folder);
  let ended = false;
  const end = server.exited.then(() => (ended = true));
  for (let looks = 1; !ended; looks += 1) {
    const found = await readPostmaster(data);
    if (found?.pid === server.pid && found.status === 'ready') return true;
    if (looks % 500 === 0) plan.log('PostgreSQL is not ready yet: after a crash it recovers first …');
    await Promise.race([sleep(10), end]);
  }
  return false;
}

async function failure(home: Home, logFile: string, said: string): Promise<EmbeddedPostgresError> {
  const owner = await readPostmaster(clusterPaths(home.folder).data);
  if (owner && said.includes('lock file "postmaster.pid" already exists')) {
    return new DataFolderInUseError(home.folder, owner.pid);
  }
  const note = await diskNote(home.folder);
  return new EmbeddedPostgresError(
    `PostgreSQL did not start on ${home.folder}${note}; ${logFile} says:\n${said.slice(-2000)}`,
  );
}
