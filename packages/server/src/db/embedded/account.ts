import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './errors.ts';

/** The operating system's user that PostgreSQL runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What the server's processes see of the environment: nothing of ours, so that no `PG…` variable leads them astray. */
export const serverEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** True when this process is root, whom PostgreSQL refuses to run as. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * An existing unprivileged account for PostgreSQL to run as.
 * @throws {EmbeddedPostgresError} when there is none that this process may become
 */
export function unprivilegedAccount(): Account {
  for (const name of ['postgres', '_postgres', 'nobody', 'daemon']) {
    const [uid, gid] = [lookUp('-u', name), lookUp('-g', name)];
    if (uid === undefined || gid === undefined) continue;
    const account = { name, uid, gid };
    if (runsAs(account, 'true', [])) return account;
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root, and no other user (postgres, nobody) was found to run it as. ' +
      'Start Parley as another user, or set DATABASE_URL.',
  );
}

/** The account of a user and group id, with the user's name where the system knows it. */
export function accountOf(uid: number, gid: number): Account {
  const { status, stdout } = spawnSync('id', ['-un', String(uid)], { encoding: 'utf8' });
  return { name: status === 0 ? stdout.trim() : String(uid), uid, gid };
}

function lookUp(which: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [which, name], { encoding: 'utf8' });
  const id = Number.parseInt(stdout, 10);
  return status === 0 && id > 0 && id < 2 ** 31 ? id : undefined;
}

/** The options for `child_process` that make a child run as `account`; none means as this process. */
export function identityOf(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/** Whether a command succeeds as that account; a probe for milliseconds, so it blocks. */
export function runsAs(account: Account | undefined, command: string, args: string[]): boolean {
  const options = { ...identityOf(account), env: serverEnvironment, cwd: '/', stdio: 'ignore' as const };
  return spawnSync(command, args, options).status === 0;
}

/** Runs a command to its end as that account. Rejects with what it wrote to stderr. */
export async function runAs(account: Account | undefined, command: string, args: string[]): Promise<string> {
  const options = { ...identityOf(account), env: serverEnvironment, cwd: '/' };
  const { stdout } = await promisify(execFile)(command, args, options);
  return stdout;
}
