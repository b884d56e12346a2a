import { spawnSync } from 'node:child_process';
import { existsSync, readlinkSync, realpathSync } from 'node:fs';
import { lstat, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../../domain/error-code.ts';
import { DataFolderInUseError } from './errors.ts';

/** What PostgreSQL writes about itself into `postmaster.pid`; `status` is `starting`, `ready` or `stopping`. */
export interface Postmaster {
  readonly pid: number;
  /** The folder of its Unix socket. */
  readonly sockets: string;
  readonly status: string;
}

/**
 * Reads a data directory's `postmaster.pid`.
 * Its lines are described in PostgreSQL's src/include/utils/pidfile.h: the first is the process, the fifth the socket's folder, the eighth
 * its state.
 */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile(data), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  return pid > 0 ? { pid, sockets: lines[4] ?? '', status: lines[7]?.trim() ?? '' } : undefined;
}

/**
 * Makes sure that no PostgreSQL runs on a data directory. One that is stopping is waited for, 12 s at most. A pid file that
 * outlived its process is removed, with its socket: that number may belong to another process by now, and then PostgreSQL
 * would refuse to start.
 * @param folder the folder that the error names
 * @throws {DataFolderInUseError} when one runs there
 */
export async function ensureNotRunning(data: string, folder: string): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    const found = await readPostmaster(data);
    if (!found) return;
    if (!isAlive(found.pid) || !isPostmasterOf(found.pid, data)) {
      await removeSockets(found.sockets, data);
      await rm(pidFile(data), { force: true });
      return;
    }
    const leaving = found.status === 'stopping' && waited < 12_000;
    if (!leaving) throw new DataFolderInUseError(folder, found.pid);
    await sleep(50);
  }
}

/** Removes the socket folder of a dead PostgreSQL, if it is one of ours: a name as `mkdtemp` makes it, the cluster's owner. */
async function removeSockets(folder: string, data: string): Promise<void> {
  if (!/^\/.*\/parley-\w{6}$/.test(folder)) return;
  const [found, cluster] = await Promise.all([lstat(folder).catch(() => undefined), stat(data)]);
  if (found?.isDirectory() !== true || found.uid !== cluster.uid) return;
  await rm(folder, { recursive: true, force: true });
}

function pidFile(data: string): string {
  return join(data, 'postmaster.pid');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * A postmaster's working directory is its data directory. A zombie, which the first process of a container often does not
 * collect, has none, though signals reach it. Where the system does not show that, a process' name must do.
 */
function isPostmasterOf(pid: number, data: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && existsSync('/proc/self')) return false;
    const shown = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return shown.error !== undefined || shown.stdout.includes('postgres');
  }
}
