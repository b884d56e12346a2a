import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runAs } from './account.ts';
import { EmbeddedPostgresError, errorText } from './errors.ts';
import { removeLeftovers, type Home, type Log } from './folders.ts';

/** The name of PostgreSQL's superuser in an embedded cluster, and of the database. */
export const clusterUser = 'parley';

/** The files of a cluster in its data folder. */
export function clusterPaths(folder: string): { root: string; data: string; password: string } {
  const root = join(folder, 'cluster');
  return { root, data: join(root, 'data'), password: join(root, 'password') };
}

/**
 * Creates the database cluster when there is none. It is made beside its place and renamed when whole: a full disk or
 * a killed process leaves nothing that the next start could stumble over.
 * @throws {EmbeddedPostgresError} when it cannot be made, a full disk included
 */
export async function ensureCluster(home: Home, native: string, durable: boolean, log: Log): Promise<void> {
  await removeLeftovers(home.folder, 'cluster.new-');
  if (existsSync(clusterPaths(home.folder).root)) return;
  log(`Creating the database in ${home.folder} …`);
  let fresh: string | undefined;
  try {
    fresh = await mkdtemp(join(home.folder, 'cluster.new-'));
    await makeCluster(home, fresh, native, durable);
    await rename(fresh, clusterPaths(home.folder).root);
  } catch (error) {
    if (fresh !== undefined) await rm(fresh, { recursive: true, force: true });
    // Another start on the same folder was faster: its cluster is as good.
    if (existsSync(clusterPaths(home.folder).root)) return;
    const message = `Creating the database in ${home.folder} failed${await diskNote(home.folder)}: ${errorText(error)}`;
    throw new EmbeddedPostgresError(message, { cause: error });
  }
}

async function makeCluster(home: Home, root: string, native: string, durable: boolean): Promise<void> {
  const [data, password] = [join(root, 'data'), join(root, 'password')];
  await mkdir(data, { mode: 0o700 });
  await writeFile(password, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
  const { account } = home;
  if (account) for (const path of [root, data, password]) await chown(path, account.uid, account.gid);
  await runAs(account, join(native, 'bin', 'initdb'), [
    `--pgdata=${data}`,
    `--username=${clusterUser}`,
    `--pwfile=${password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    // pg_trgm asks the operating system which characters are letters: with C alone, only those of English would be.
    `--lc-ctype=${process.platform === 'darwin' ? 'UTF-8' : 'C.UTF-8'}`,
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ]);
}

/** Says that the disk is full when it is: " (the disk is full: 3 MB free)". */
export async function diskNote(folder: string): Promise<string> {
  const disk = await statfs(folder).catch(() => undefined);
  if (!disk) return '';
  const free = Math.floor((disk.bavail * disk.bsize) / 2 ** 20);
  return free < 64 ? ` (the disk is full: ${free} MB free)` : '';
}
