import { createServer } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Context } from './actions/action.ts';
import { createDiskBlobs } from './blobs/disk.ts';
import { createPostgresBus } from './bus/postgres.ts';
import type { Config } from './config.ts';
import { openDatabase } from './db/open.ts';
import type { Tables } from './db/tables.ts';
import { createKysely, createPool } from './db/pool.ts';
import { createAuthenticator } from './http/authenticator.ts';
import { createLinks } from './http/links.ts';
import { createLogger } from './http/logging.ts';
import { createLimiter } from './http/rate-limit.ts';
import { createHttpServer } from './http/server.ts';
import { startJobs } from './jobs/start.ts';
import { createJournal, defaultLanes } from './journal/create-journal.ts';
import { createAfterCommit } from './journal/failpoint.ts';
import { attachGateway } from './realtime/gateway.ts';

export interface AppOptions {
  /** A PostgreSQL that the caller has, instead of `config.databaseUrl` or the embedded one. */
  readonly connectionString?: string;
  /** Routes of a program that shares the address, such as the demo's shop; with them, `/` is theirs. */
  readonly routes?: (app: FastifyInstance) => Promise<void>;
  /** Takes lines for people that say what is being done; the log, unless said. */
  readonly say?: (line: string) => void;
  readonly log?: Logger;
}

/** A running service. */
export interface App {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly address: string;
  readonly context: Context;
  /** Settles with the reason when something ended without which the service cannot go on. */
  readonly failed: Promise<string>;
  /** Stops taking work, finishes what is in hand, at most some 8 s, and releases everything. May be called twice. */
  close(): Promise<void>;
}

/** The address cannot be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** Milliseconds that requests may take to end after the service was told to stop. */
const patience = 6_000;

/**
 * Starts the whole service: the wiring, and the only place that names concrete backends. What was started when something fails
 * is stopped again.
 * @throws {ListenError} {@link EmbeddedPostgresError} {@link MigrationError} {@link DatabaseUnreachableError}
 */
export async function createApp(given: Config, options: AppOptions = {}): Promise<App> {
  const config = await withPort(given);
  const log = options.log ?? createLogger(config.logLevel);
  const closers: (() => Promise<unknown>)[] = [];
  const close = once(() => closeAll(closers));
  try {
    for (const warning of config.warnings) log.warn(warning);
    const database = await openDatabase(config, {
      connectionString: options.connectionString,
      log,
      say: options.say ?? ((line) => log.info(line)),
    });
    closers.push(database.close);
    const context = await createContext(config, log, database, closers);
    const http = await startServing(context, options, database, closers);
    return { address: await listen(http, config), context, failed: database.failed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Database = Awaited<ReturnType<typeof openDatabase>>;
type Closers = (() => Promise<unknown>)[];

async function createContext(
  config: Config,
  log: Logger,
  database: Database,
  closers: Closers,
): Promise<Context> {
  const { pool, connectionString } = database;
  const db = createKysely<Tables>(pool);
  const bus = await createPostgresBus({ connectionString, db, log });
  closers.push(() => bus.close());
  const journalPool = openJournalPool(connectionString, log);
  closers.push(() => journalPool.end());
  const journal = createJournal({
    pool: journalPool,
    bus,
    log,
    notifyDelay: config.notifyDelay,
    afterCommit: createAfterCommit(config.failpoint),
  });
  closers.push(() => journal.close());
  const blobs = createDiskBlobs(join(config.dataDir, 'blobs'));
  return { db, journal, bus, blobs, links: createLinks(config.secret, config.publicUrl), config, log };
}

/** The journal's own connections, so that no slow reader takes them. */
function openJournalPool(connectionString: string, log: Logger): Pool {
  return createPool(connectionString, {
    max: defaultLanes,
    applicationName: 'parley-journal',
    pipeline: true,
    onConnectionError: (error) => log.warn({ err: error }, "one of the journal's connections broke"),
  });
}

/** Everything that takes work in: requests, sockets, jobs. They stop together, before what they work with. */
async function startServing(
  context: Context,
  options: AppOptions,
  { pool, connectionString }: Database,
  closers: Closers,
): Promise<FastifyInstance> {
  const authenticator = createAuthenticator(context);
  const limiter = createLimiter(context.config);
  const { routes } = options;
  const http = await createHttpServer({ context, authenticator, limiter, pool, routes });
  const gateway = attachGateway(http.server, context, {
    authenticate: (token) => authenticator.authenticatePerson(token),
    take: (kind, userId) => limiter.take(kind, userId),
  });
  const serving = [() => closeHttp(http), () => gateway.close()];
  closers.push(() => Promise.all(serving.map((stop) => stop())));
  const jobs = await startJobs(context, connectionString);
  serving.push(() => jobs.stop());
  return http;
}

/** Requests in hand may end; connections that are still open after that are cut. */
async function closeHttp(http: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => http.server.closeAllConnections(), patience);
  await http.close();
  clearTimeout(cut);
}

async function closeAll(closers: Closers): Promise<void> {
  for (const closer of closers.reverse()) await closer();
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}

async function listen(http: FastifyInstance, { port, host }: Config): Promise<string> {
  try {
    return await http.listen({ port, host });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new ListenError(`Port ${port} on ${host} is taken by another program. Set PORT to another one.`);
    if (code === 'EACCES')
      throw new ListenError(
        `Port ${port} needs more rights than this process has. Set PORT to one above 1023.`,
      );
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new ListenError(
        `HOST ${host} is no address of this machine. Set it to 127.0.0.1, or 0.0.0.0 for all.`,
      );
    throw error;
  }
}

/** A free port where any is welcome, chosen first, since the addresses in links carry it. */
async function withPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config;
  const port = await freePort(config.host);
  const fill = (origin: string): string => origin.replace(/:0$/, `:${port}`);
  return {
    ...config,
    port,
    publicUrl: fill(config.publicUrl),
    allowedOrigins: config.allowedOrigins.map(fill),
  };
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
