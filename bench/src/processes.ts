import { readdir, readFile } from 'node:fs/promises';
import { withClient } from './with-client.ts';

/** Bytes that a process holds in memory, from the kernel; NaN where it does not tell. */
export async function residentMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) * 1024;
}

/** The process whose children a database's processes are; NaN where the kernel does not tell. */
export async function findPostmaster(connectionString: string): Promise<number> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return parentOf(await readStat(String(rows[0]?.pid)));
  });
}

/** Seconds of CPU that some processes and those of a PostgreSQL have used since they started; the kernel counts ticks of 10 ms. */
export async function cpuSeconds(pids: readonly (number | undefined)[], postmaster: number): Promise<number> {
  const entries = await readdir('/proc').catch(() => []);
  let ticks = 0;
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    const stat = await readStat(entry);
    const isAsked = [...pids, postmaster].includes(Number(entry)) || parentOf(stat) === postmaster;
    if (isAsked && stat !== '') ticks += ticksOf(stat);
  }
  return ticks === 0 ? Number.NaN : ticks / 100;
}

function readStat(pid: string): Promise<string> {
  return readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
}

/** What follows the name, which may contain anything (proc(5)). */
function fieldsOf(stat: string): number[] {
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

function parentOf(stat: string): number {
  return fieldsOf(stat)[1] ?? Number.NaN;
}

/** User and system time of a process and of its ended children (fields 14 to 17). */
function ticksOf(stat: string): number {
  return fieldsOf(stat)
    .slice(11, 15)
    .reduce((sum, ticks) => sum + ticks, 0);
}
