import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../../packages/server/src/domain/error-code.ts';

/**
 * Transactions a second of a script that `pgbench`, PostgreSQL's own load, runs with its defaults (each statement is parsed anew);
 * NaN where the machine has no `pgbench`: Debian's is in `postgresql-contrib`.
 */
export async function pgbench(
  connectionString: string,
  script: string,
  clients: number,
  seconds: number,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-pgbench-'));
  try {
    const file = join(folder, 'script.sql');
    await writeFile(file, script);
    const load = `-n -c ${clients} -j ${Math.min(clients, 2)} -T ${Math.ceil(seconds)}`.split(' ');
    const { stdout } = await promisify(execFile)('pgbench', [...load, '-f', file, connectionString]);
    return Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1] ?? Number.NaN);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Number.NaN;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
