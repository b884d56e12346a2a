import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from 'parley';
import pg from 'pg';

/** The service as it runs in production, in a process of its own, over a PostgreSQL with fsync on. */
export interface Service {
  readonly url: string;
  readonly apiKey: string;
  readonly connectionString: string;
  /** Bytes that the service's process holds in memory, from the kernel; NaN where it does not tell. */
  residentMemory(): Promise<number>;
  /** Seconds of CPU that the service and PostgreSQL have used since they started; NaN where the kernel does not tell. */
  cpuSeconds(): Promise<number>;
  /** Milliseconds that the service itself took for each request to `/v1`, from its arrival until its answer was sent; see `timed`. */
  readonly answers: readonly number[];
  stop(): Promise<void>;
}

const apiKey = 'bench-api-key-bench-api-key-bench-api-key';
const program = join(dirname(fileURLToPath(import.meta.resolve('parley'))), '../bin/parley.mjs');

export interface ServiceOptions {
  /** A database that is kept, instead of one of its own. */
  readonly dataDir?: string;
  /** PostgreSQL counts the calls of each statement, in `pg_stat_statements`. */
  readonly countStatements?: boolean;
  /** The service logs its requests, and `answers` hears of them. */
  readonly timed?: boolean;
}

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const dataDir = options.dataDir ?? join(folder, 'postgres');
  const start = () => startEmbeddedPostgres({ dataDir, log: () => undefined });
  let postgres = await start();
  if (options.countStatements === true) {
    await countStatements(postgres.connectionString);
    await postgres.stop();
    postgres = await start();
  }
  const port = await freePort();
  const child = spawn(process.execPath, [program, 'serve'], {
    stdio: ['ignore', options.timed === true ? 'pipe' : 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      DATABASE_URL: postgres.connectionString,
      PARLEY_DATA: folder,
      PARLEY_API_KEY: apiKey,
      PARLEY_SECRET: 'bench-secret-bench-secret-bench-secret',
      LIMIT_SENDS: '1000000/s',
      LIMIT_REQUESTS: '1000000/s',
      LIMIT_CONVERSATIONS: '1000000/s',
      LOG_LEVEL: options.timed === true ? 'info' : 'error',
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const answers: number[] = [];
  if (child.stdout !== null)
    createInterface(child.stdout).on('line', (line) => answers.push(...readAnswer(line)));
  await waitUntilReady(url, child);
  return {
    url,
    apiKey,
    connectionString: postgres.connectionString,
    residentMemory: () => residentMemory(child.pid),
    cpuSeconds: () => cpuSeconds(child.pid),
    answers,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The milliseconds of a request's line in the log. */
function readAnswer(line: string): number[] {
  const entry: unknown = JSON.parse(line);
  if (typeof entry !== 'object' || entry === null || !('route' in entry && 'ms' in entry)) return [];
  const { route, ms } = entry;
  return typeof route === 'string' && route.startsWith('/v1/') && typeof ms === 'number' ? [ms] : [];
}

/** From PostgreSQL's next start on. */
async function countStatements(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('alter system set shared_preload_libraries = pg_stat_statements');
  await client.query('create extension pg_stat_statements');
  await client.end();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the service stopped with ${child.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.status === 200) return;
    await sleep(100);
  }
  throw new Error('the service was not ready within 30 s');
}

async function residentMemory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) * 1024;
}

/** The kernel counts ticks of 10 ms; PostgreSQL's processes are known by their name, so no other PostgreSQL should be at work. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const entries = await readdir('/proc').catch(() => []);
  let ticks = 0;
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    if (Number(entry) === pid || stat.includes('(postgres)')) ticks += ticksOf(stat);
  }
  return ticks === 0 ? Number.NaN : ticks / 100;
}

/** User and system time of a process and of its ended children (proc(5), fields 14 to 17). */
function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
}
