import { spawnSync } from 'node:child_process';
import { readlinkSync, realpathSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataFolderInUseError, errorCode } from './errors.ts';

/** What PostgreSQL writes about itself into `postmaster.pid`; `status` is `starting`, `ready` or `stopping`. */
export interface Postmaster {
  readonly pid: number;
  readonly status: string;
}

/**
 * Reads a data directory's `postmaster.pid`.
 * Its lines are described in PostgreSQL's src/include/utils/pidfile.h: the first is the process, the eighth its state.
 */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile(data), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  return pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : undefined;
}

/**
 * Makes sure that no PostgreSQL runs on a data directory. One that is stopping is waited for, 12 s at most. A pid file that
 * outlived its process is removed where that number now belongs to another process, which PostgreSQL would take for itself.
 * @param folder the folder that the error names
 * @throws {DataFolderInUseError} when one runs there
 */
export async function ensureNotRunning(data: string, folder: string): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    const found = await readPostmaster(data);
    if (!found || !isAlive(found.pid)) return;
    if (!isPostmasterOf(found.pid, data)) {
      await rm(pidFile(data), { force: true });
      return;
    }
    const leaving = found.status === 'stopping' && waited < 12_000;
    if (!leaving) throw new DataFolderInUseError(folder, found.pid);
    await sleep(50);
  }
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

/** A postmaster's working directory is its data directory; where the system does not show it, its name must do. */
function isPostmasterOf(pid: number, data: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    const shown = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return shown.error !== undefined || shown.stdout.includes('postgres');
  }
}
