import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from 'parley';
import { freePort } from '../../packages/server/src/http/free-port.ts';
import { cpuSeconds, findPostmaster, residentMemory } from './processes.ts';
import { withClient } from './with-client.ts';

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
  const postmaster = await findPostmaster(postgres.connectionString);
  return {
    url,
    apiKey,
    connectionString: postgres.connectionString,
    residentMemory: () => residentMemory(child.pid),
    cpuSeconds: () => cpuSeconds([child.pid], postmaster),
    answers,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await postgres.stop();
      // Root's is elsewhere, where PostgreSQL's user cannot reach this folder.
      if (options.dataDir === undefined) await rm(postgres.folder, { recursive: true, force: true });
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
  await withClient(connectionString, async (client) => {
    await client.query('alter system set shared_preload_libraries = pg_stat_statements');
    await client.query('create extension pg_stat_statements');
  });
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
