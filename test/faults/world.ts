import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../packages/server/src/db/embedded/start.ts';
import type { LogEntry } from './ledger.ts';
import { createNode, type Node } from './node.ts';
import { startRelay, targetOf, through, type Disturb, type Relay } from './relay.ts';

/** Nodes as they run in production, each a process of its own, over one PostgreSQL behind a relay. */
export interface World {
  readonly nodes: readonly Node[];
  /** The network between the nodes and PostgreSQL. */
  readonly line: Relay;
  readonly database: Database;
  /** Nodes that ended without being told to. */
  readonly exits: readonly string[];
  close(): Promise<void>;
}

export interface Database {
  /** Asks PostgreSQL itself, past the relay. */
  query(sql: string, values?: unknown[]): Promise<unknown[]>;
  /** Every row of the log. */
  rows(): Promise<LogEntry[]>;
  /** `kill -9` of the postmaster; its children end by themselves. */
  kill(): Promise<void>;
  /** Starts it where it has ended. */
  start(): Promise<void>;
}

export interface WorldOptions {
  readonly nodes: number;
  /** Added to each node's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to one node's environment. */
  readonly envOf?: (index: number) => Readonly<Record<string, string>>;
  /** The database's folder; one in the system's temporary folder unless said. */
  readonly dataDir?: string;
  /** What becomes of PostgreSQL's answers on their way to the nodes. */
  readonly disturb?: Disturb;
}

/** Starts PostgreSQL, then the nodes, and resolves when all are ready. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-faults-'));
  await chmod(folder, 0o755);
  const { line, database, url, stop } = await startDatabase(
    options.dataDir ?? join(folder, 'postgres'),
    options.disturb,
  );
  const exits: string[] = [];
  const nodes = await Promise.all(
    Array.from({ length: options.nodes }, (_none, index) =>
      createNode({
        name: `node-${index + 1}`,
        folder,
        env: { DATABASE_URL: url, ...options.env, ...options.envOf?.(index) },
        onExit: (end) => exits.push(end),
      }),
    ),
  );
  const close = async () => {
    line.resume();
    await Promise.all(nodes.map((node) => node.kill()));
    await line.close();
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return { nodes, line, database, exits, close };
}

async function startDatabase(dataDir: string, disturb?: Disturb) {
  const start = () => startEmbeddedPostgres({ dataDir, log: () => undefined });
  let postgres = await start();
  const line = await startRelay(targetOf(postgres.connectionString), disturb);
  const url = through(line, postgres.connectionString);
  const query = async (sql: string, values: unknown[] = []): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: postgres.connectionString });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  const database: Database = {
    query,
    rows: async () => (await query(rowsSql)).filter(isEntry),
    async kill() {
      const file = await readFile(join(postgres.folder, 'cluster', 'data', 'postmaster.pid'), 'utf8');
      process.kill(Number.parseInt(file, 10), 'SIGKILL');
      await postgres.exited;
    },
    async start() {
      const isUp = await Promise.race([postgres.exited.then(() => false), sleep(100, true)]);
      if (isUp) return;
      postgres = await start();
      line.lead(targetOf(postgres.connectionString));
    },
  };
  return { line, database, url, stop: () => postgres.stop() };
}

const rowsSql = `select conversation_id as "conversationId", seq, author, client_id as key, body as text
  from messages order by conversation_id, seq`;

function isEntry(row: unknown): row is LogEntry {
  return (
    typeof row === 'object' &&
    row !== null &&
    'conversationId' in row &&
    'seq' in row &&
    typeof row.seq === 'number' &&
    'text' in row
  );
}
