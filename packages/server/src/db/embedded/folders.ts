import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { accountOf, isRoot, runsAs, unprivilegedAccount, type Account } from './account.ts';
import { errorCode } from '../../domain/error-code.ts';
import { EmbeddedPostgresError } from './errors.ts';

/** Where the database lives and who runs it; no account means this process' own user. */
export interface Home {
  readonly folder: string;
  readonly account: Account | undefined;
}

/** Takes one line for people that says what is being done. */
export type Log = (line: string) => void;

/**
 * Decides where the database of `wanted` (an absolute path) lives. That is `wanted` itself, unless this process is root
 * and the account that must run PostgreSQL cannot get there: then a place of root's which it can reach, and `log` names it.
 */
export async function chooseHome(wanted: string, log: Log): Promise<Home> {
  if (!isRoot()) return ownHome(wanted);
  const fallback = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const candidates = [wanted, ...sharedPlaces().map((place) => join(place, `data-${fallback}`))];
  const existing = candidates.find((folder) => existsSync(join(folder, 'cluster')));
  const home = existing === undefined ? await firstUsable(candidates) : await existingHome(existing);
  if (home.folder !== wanted) {
    log(
      `PostgreSQL's user "${home.account?.name}" cannot reach ${wanted}: the database is in ${home.folder}`,
    );
  }
  return home;
}

async function ownHome(folder: string): Promise<Home> {
  await mkdir(folder, { recursive: true });
  const cluster = await stat(join(folder, 'cluster')).catch(() => undefined);
  if (cluster && cluster.uid !== process.getuid?.()) {
    throw new EmbeddedPostgresError(
      `The database in ${folder} belongs to user id ${cluster.uid}: start Parley as that user or as root.`,
    );
  }
  return { folder, account: undefined };
}

async function existingHome(folder: string): Promise<Home> {
  const { uid, gid } = await stat(join(folder, 'cluster'));
  const account = accountOf(uid, gid);
  if (await isUsable(folder, account)) return { folder, account };
  throw new EmbeddedPostgresError(
    `The database in ${folder} belongs to the user "${account.name}", who can no longer reach that folder: ` +
      'open the folders above it for that user (chmod o+x), or move it.',
  );
}

async function firstUsable(candidates: string[]): Promise<Home> {
  const account = unprivilegedAccount();
  for (const [index, folder] of candidates.entries()) {
    if (index > 0 && !(await isOurs(dirname(folder)))) continue;
    if (await isUsable(folder, account)) return { folder, account };
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's user "${account.name}" can use none of ${candidates.join(', ')}: set PARLEY_DATA or DATABASE_URL.`,
  );
}

/** Places for what must be reachable outside of the checkout and the data folder, best first. */
export function sharedPlaces(): string[] {
  if (isRoot()) return ['/var/lib/parley', '/var/tmp/parley'];
  return [join(homedir(), '.cache', 'parley'), join(tmpdir(), `parley-${process.getuid?.()}`)];
}

/** Makes a shared place and says whether it is ours alone to write: in `/var/tmp` anybody may have put it there. */
export async function isOurs(place: string): Promise<boolean> {
  try {
    await makeReachable(place);
    const found = await lstat(place);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** Whether `account` can work in a folder below this one: tried for real, as modes do not tell of ACLs and odd file systems. */
export async function isUsable(folder: string, account: Account | undefined): Promise<boolean> {
  try {
    await makeReachable(folder);
    const probe = await mkdtemp(join(folder, '.probe-'));
    try {
      if (account) await chown(probe, account.uid, account.gid);
      return runsAs(account, '/bin/sh', ['-c', 'cd "$1" && test -w .', 'sh', probe]);
    } finally {
      await rm(probe, { recursive: true, force: true });
    }
  } catch (error) {
    if (['EACCES', 'EPERM', 'EINVAL', 'EROFS'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

/** Makes a folder; those that did not exist let other users pass, whatever the umask. */
async function makeReachable(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await chmod(made, 0o711);
}

/** Removes what a killed process left half made: entries with that prefix, older than ten minutes. */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > 600_000) await rm(path, { recursive: true, force: true });
  }
}
