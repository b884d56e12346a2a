import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRoot, runsAs, unprivilegedAccount } from '../src/db/embedded/account.ts';
import { DataFolderInUseError, EmbeddedPostgresError } from '../src/db/embedded/errors.ts';
import { sharedBuffers, usableMemory } from '../src/db/embedded/memory.ts';
import { findInstalled, makeSymlinks, provideServerFiles } from '../src/db/embedded/server-files.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/db/embedded/start.ts';

let dataDir: string;
let base: string;
let lines: string[];
let cleanUps: (() => unknown)[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'parley-embedded-'));
  await chmod(base, 0o755);
  dataDir = join(base, 'data');
  lines = [];
  cleanUps = [() => rm(base, { recursive: true, force: true })];
});

afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

async function start(folder = dataDir): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres({ dataDir: folder, log: (line) => lines.push(line) });
  cleanUps.push(() => database.stop());
  return database;
}

async function ask(database: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows.flatMap((row) => Object.values(row));
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function postmasterPid(): Promise<number> {
  const text = await readFile(join(dataDir, 'cluster', 'data', 'postmaster.pid'), 'utf8');
  return Number.parseInt(text, 10);
}

type Program = ChildProcessByStdio<null, Readable, null>;

async function firstLine(output: Readable): Promise<string> {
  const chunks: unknown[] = await once(output, 'data');
  return String(chunks[0]).trim();
}

/** Runs the program of support/embedded-process.ts in a process group of its own. */
async function startProgram(): Promise<{ program: Program; postgres: number }> {
  const file = fileURLToPath(new URL('./support/embedded-process.ts', import.meta.url));
  const program = spawn(process.execPath, ['--import', 'tsx', file, dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(() => program.kill('SIGKILL'));
  const postgres = Number(await firstLine(program.stdout));
  expect(isAlive(postgres)).toBe(true);
  return { program, postgres };
}

describe('memory', () => {
  const gibibyte = 1024 ** 3;

  it.each([
    ['a small container', 0.5, 128],
    ['1 GiB', 1, 128],
    ['4 GiB', 4, 512],
    ['8 GiB', 8, 1024],
    ['a big machine', 256, 1024],
  ])('of %s: an eighth is for the cache of PostgreSQL, within bounds', (_name, memory, megabytes) => {
    expect(sharedBuffers(memory * gibibyte)).toBe(megabytes);
  });

  it('is what a container may use, not what the machine around it has', () => {
    expect(usableMemory(64 * gibibyte, 2 * gibibyte)).toBe(2 * gibibyte);
    expect(usableMemory(64 * gibibyte, 0)).toBe(64 * gibibyte);
    expect(usableMemory(64 * gibibyte, 2 ** 64)).toBe(64 * gibibyte);
  });
});

describe('start and stop', () => {
  it('creates a database, keeps it, and is quick the second time', async () => {
    const first = await start();
    expect(lines).toEqual([
      `Creating the database in ${dataDir} …`,
      expect.stringMatching(/^Starting PostgreSQL 18/),
    ]);
    await ask(first, 'create extension pg_trgm');
    await ask(first, 'create extension unaccent');
    await ask(first, 'create table kept (id int)');
    expect(await ask(first, "select unaccent('Schüssel')")).toEqual(['Schussel']);
    await first.stop();
    await first.stop();
    const began = Date.now();
    const second = await start();
    expect(Date.now() - began).toBeLessThan(1500);
    expect(lines).toHaveLength(3);
    expect(await ask(second, 'select count(*)::int from kept')).toEqual([0]);
  });

  it('is safe on disk, listens on no network, and keeps its password to its owner', async () => {
    const database = await start();
    const settings =
      "select name, setting from pg_settings where name in ('fsync', 'listen_addresses', 'shared_buffers') order by name";
    const pages = String((sharedBuffers() * 1024) / 8);
    expect(await ask(database, settings)).toEqual([
      'fsync',
      'on',
      'listen_addresses',
      '',
      'shared_buffers',
      pages,
    ]);
    expect(
      await ask(database, "select datlocprovider::text, datlocale from pg_database where datname = 'parley'"),
    ).toEqual(['b', 'C.UTF-8']);
    expect((await stat(join(dataDir, 'cluster', 'password'))).mode & 0o777).toBe(0o600);
    const wrong = new URL(database.connectionString);
    wrong.password = 'guess';
    await expect(new pg.Client({ connectionString: wrong.href }).connect()).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it('keeps what people wrote out of its log', async () => {
    const database = await start();
    await ask(database, 'create table messages (body text primary key)');
    await ask(database, "insert into messages values ('my secret')");
    await ask(database, "insert into messages values ('my secret')").catch(() => []);
    const log = await readFile(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('my secret');
  });

  it('cuts open connections when it stops, and tells when PostgreSQL ended', async () => {
    const database = await start();
    const client = new pg.Client({ connectionString: database.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    const sleeping = expect(client.query('select pg_sleep(60)')).rejects.toThrow();
    await database.stop();
    await sleeping;
    expect(await database.exited).toBe(0);
    const sockets = new URL(database.connectionString).searchParams.get('host') ?? '';
    expect(existsSync(sockets)).toBe(false);
  });
});

describe('one folder, two starts', () => {
  it('refuses a folder in use, naming it and the process', async () => {
    await start();
    const failure: unknown = await start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DataFolderInUseError);
    expect(failure).toMatchObject({ folder: dataDir, pid: await postmasterPid() });
    expect(String(failure)).toContain(dataDir);
  });

  it('lets one of several that create it at once win, and the others say so', async () => {
    const results = await Promise.allSettled([start(), start(), start()]);
    expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of results)
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(DataFolderInUseError);
    expect(readdirSync(dataDir).sort()).toEqual(['cluster', 'postgres.log']);
  });
});

describe('sudden death', () => {
  it('leaves no PostgreSQL behind a program that was killed', async () => {
    const { program, postgres } = await startProgram();
    program.kill('SIGKILL');
    await expect.poll(() => isAlive(postgres), { timeout: 5000 }).toBe(false);
    const again = await start();
    expect(await ask(again, 'select mark from marks')).toEqual(['started']);
  });

  it('waits for the PostgreSQL of a killed program that is just stopping', async () => {
    const { program } = await startProgram();
    program.kill('SIGKILL');
    await once(program, 'exit');
    await expect
      .poll(
        () => readFile(join(dataDir, 'cluster', 'data', 'postmaster.pid'), 'utf8').catch(() => 'stopping'),
        { interval: 2 },
      )
      .toContain('stopping');
    expect(await ask(await start(), 'select mark from marks')).toEqual(['started']);
  });

  it('recovers after everything was killed', async () => {
    const { program, postgres } = await startProgram();
    const watchdog = Number(
      execFileSync('sh', ['-c', `cut -d' ' -f4 /proc/${postgres}/stat`], { encoding: 'utf8' }),
    );
    for (const pid of [watchdog, postgres]) process.kill(pid, 'SIGKILL');
    program.kill('SIGKILL');
    await once(program, 'exit');
    expect(await postmasterPid()).toBe(postgres);
    const sockets =
      (await readFile(join(dataDir, 'cluster', 'data', 'postmaster.pid'), 'utf8')).split('\n')[4] ?? '';
    expect(existsSync(sockets)).toBe(true);
    expect(await ask(await start(), 'select mark from marks')).toEqual(['started']);
    expect(existsSync(sockets)).toBe(false);
  });

  it('waits for orphans of a killed PostgreSQL that are still at work', async () => {
    const database = await start();
    const client = new pg.Client({ connectionString: database.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    const work =
      "do $$ declare began timestamptz := clock_timestamp(); begin while clock_timestamp() < began + interval '2s' loop end loop; end $$";
    const atWork = Promise.allSettled([client.query(work)]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.kill(await postmasterPid(), 'SIGKILL');
    expect(await database.exited).toBe(137);
    const again = await start();
    expect(lines.at(-1)).toMatch(/^Waiting for processes/);
    expect(await ask(again, 'select 1')).toEqual([1]);
    await atWork;
    await client.end();
  });

  it('starts where the number of a dead PostgreSQL is now another process', async () => {
    const database = await start();
    await database.stop();
    const { uid, gid } = await stat(join(dataDir, 'cluster'));
    const other = spawn('sleep', ['60'], isRoot() ? { uid, gid } : {});
    cleanUps.push(() => other.kill());
    const file = join(dataDir, 'cluster', 'data', 'postmaster.pid');
    await writeFile(file, `${other.pid}\n${dirname(file)}\n0\n5432\n\n\n\nready   \n`);
    if (isRoot()) await chown(file, uid, gid);
    expect(await ask(await start(), 'select 1')).toEqual([1]);
    expect(isAlive(other.pid ?? 0)).toBe(true);
  });

  it('outlives a Ctrl-C until the program has finished its work', async () => {
    const { program, postgres } = await startProgram();
    process.kill(-(program.pid ?? 0), 'SIGINT');
    expect(await firstLine(program.stdout)).toBe('drained');
    expect(isAlive(postgres)).toBe(false);
    expect(await ask(await start(), 'select mark from marks')).toEqual(['started', 'drained']);
  });
});

describe('places', () => {
  it.skipIf(!isRoot())('(as root) moves to a reachable place, says which, and finds it again', async () => {
    const secret = join(base, 'secret');
    await mkdir(secret, { mode: 0o700 });
    const first = await start(join(secret, 'data'));
    cleanUps.push(() => rm(first.folder, { recursive: true }));
    expect(first.folder).toMatch(/^\/var\/(lib|tmp)\/parley\/data-/);
    expect(lines[0]).toMatch(/cannot reach .*secret\/data: the database is in \/var\//);
    await ask(first, 'create table kept (id int)');
    await first.stop();
    await chmod(secret, 0o755);
    const second = await start(join(secret, 'data'));
    expect(second.folder).toBe(first.folder);
    expect(await ask(second, 'select count(*)::int from kept')).toEqual([0]);
    await second.stop();
  });

  it('makes the symbolic links that no install script has made', async () => {
    const { native } = await findInstalled();
    const bare = join(base, 'native');
    await cp(native, bare, { recursive: true, verbatimSymlinks: true });
    const links = readdirSync(join(bare, 'lib'), { withFileTypes: true }).filter((entry) =>
      entry.isSymbolicLink(),
    );
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) await unlink(join(bare, 'lib', link.name));
    const initdb = join(bare, 'bin', 'initdb');
    expect(runsAs(undefined, initdb, ['--version'])).toBe(false);
    await Promise.all([makeSymlinks(bare), makeSymlinks(bare)]);
    expect(runsAs(undefined, initdb, ['--version'])).toBe(true);
  });

  it.skipIf(!isRoot())('(as root) copies the server out of an unreachable checkout, once', async () => {
    const { native } = await findInstalled();
    const checkout = join(base, 'checkout');
    await mkdir(checkout, { mode: 0o700 });
    await cp(native, join(checkout, 'native'), { recursive: true, verbatimSymlinks: true });
    const installed = { native: join(checkout, 'native'), version: `test-${process.pid}` };
    const account = unprivilegedAccount();
    const provide = () => provideServerFiles(account, (line) => lines.push(line), installed);
    const [one, two] = await Promise.all([provide(), provide()]);
    cleanUps.push(() => rm(one.native, { recursive: true, force: true }));
    expect(two).toEqual(one);
    expect(one.native).toMatch(/^\/var\/(lib|tmp)\/parley\/postgresql-test-/);
    lines = [];
    await provide();
    expect(lines).toEqual([]);
    expect(
      readdirSync(dirname(one.native)).filter((name) => name.includes('test-') && name.includes('.new-')),
    ).toEqual([]);
  });
});

describe('a full disk', () => {
  const cannotMount = mountProblem();
  if (cannotMount !== undefined)
    process.stdout.write(`Skipped, no small disk can be mounted: ${cannotMount}\n`);

  function mountProblem(): string | undefined {
    if (!isRoot() || process.platform !== 'linux') return 'not root on Linux';
    const probe = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'pipe' });
      execFileSync('umount', [probe]);
      return undefined;
    } catch (error) {
      return String(error);
    } finally {
      execFileSync('rmdir', [probe]);
    }
  }

  it.skipIf(cannotMount !== undefined)(
    'says so, leaves nothing half made, and starts once there is room',
    async () => {
      await mkdir(dataDir);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=755', 'tmpfs', dataDir]);
      cleanUps.push(() => execFileSync('umount', [dataDir]));
      const failure: unknown = await start().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(EmbeddedPostgresError);
      expect(String(failure)).toMatch(/Creating the database in .* failed \(the disk is full: \d+ MB free\)/);
      expect(readdirSync(dataDir)).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=200m', dataDir]);
      const database = await start();
      await database.stop();
      const { blocks, used } = {
        blocks: 200,
        used: Number(execFileSync('du', ['-sm', dataDir], { encoding: 'utf8' }).split('\t')[0]),
      };
      execFileSync(
        'sh',
        ['-c', 'head -c "$1"M /dev/zero > "$2"/filler || :', 'sh', String(blocks - used + 1), dataDir],
        { stdio: 'pipe' },
      );
      await expect(start()).rejects.toThrow(/did not start on .* \(the disk is full: 0 MB free\)/);
      await rm(join(dataDir, 'filler'));
      expect(await ask(await start(), 'select 1')).toEqual([1]);
    },
  );
});
