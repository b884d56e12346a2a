import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Context } from './actions/action.ts';
import { createDiskBlobs } from './blobs/disk.ts';
import { createPostgresBus } from './bus/postgres.ts';
import { createRedisBus } from './bus/redis.ts';
import type { Config } from './config.ts';
import { openDatabase } from './db/open.ts';
import type { Tables } from './db/tables.ts';
import { createKysely, createPool } from './db/pool.ts';
import { errorCode } from './domain/error-code.ts';
import { addressOf, trustOf } from './http/address.ts';
import { createAuthenticator } from './http/authenticator.ts';
import { endWithProblem } from './http/client-errors.ts';
import { freePort } from './http/free-port.ts';
import { ignoreUpgrade } from './http/ignore-upgrade.ts';
import { createLinks } from './http/links.ts';
import { createLogger } from './http/logging.ts';
import { createLimiter } from './http/rate-limit.ts';
import { createHttpServer } from './http/server.ts';
import { version } from './http/version.ts';
import { startJobs } from './jobs/start.ts';
import { createJournal, defaultLanes } from './journal/create-journal.ts';
import { createAfterCommit } from './journal/failpoint.ts';
import { createMetrics } from './metrics/create-metrics.ts';
import type { Metrics } from './metrics/metrics.ts';
import { serveMetrics } from './metrics/serve.ts';
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
  /** Where `/metrics` is, such as `http://127.0.0.1:9464/metrics`; null without `METRICS_PORT`. */
  readonly metricsAddress: string | null;
  readonly context: Context;
  /** Settles with the reason when something ended without which the service cannot go on. */
  readonly failed: Promise<string>;
  /**
   * Says at `/readyz` that it is about to stop, and goes on for the configured time of draining; then takes no more work, finishes what
   * is in hand, at most some 8 s, and releases everything. May be called twice.
   */
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
  const closers: Closers = [];
  let draining = false;
  try {
    for (const warning of config.warnings) log.warn(warning);
    const database = await openDatabase(config, {
      connectionString: options.connectionString,
      log,
      say: options.say ?? ((line) => log.info(line)),
    });
    closers.push(database.close);
    const metrics = config.metricsPort === null ? null : createMetrics(version());
    const { context, pools } = await createContext(config, { log, database, closers, metrics });
    const serving = { context, database, pools, closers, metrics, draining: () => draining };
    const http = await startServing(serving, options);
    const metricsAddress = metrics && (await listenForMetrics(metrics, context, closers));
    const close = once(async () => {
      draining = true;
      await sleep(config.drainSeconds * 1000);
      await closeAll(closers, log);
    });
    return { address: await listen(http, config), metricsAddress, context, failed: database.failed, close };
  } catch (error) {
    await closeAll(closers, log);
    throw error;
  }
}

type Database = Awaited<ReturnType<typeof openDatabase>>;
type Closers = (() => Promise<unknown>)[];

/** What the parts are made of. */
interface Ground {
  readonly log: Logger;
  readonly database: Database;
  readonly closers: Closers;
  readonly metrics: Metrics | null;
}

async function createContext(
  config: Config,
  { log, database, closers, metrics }: Ground,
): Promise<{ context: Context; pools: Readonly<Record<string, Pool>> }> {
  const { pool, connectionString } = database;
  const db = createKysely<Tables>(pool);
  const plainBus =
    config.redisUrl === null
      ? await createPostgresBus({ connectionString, db, log })
      : await createRedisBus({ url: config.redisUrl, db, log });
  closers.push(() => plainBus.close());
  const bus = metrics?.observeBus(plainBus) ?? plainBus;
  const journalPool = openJournalPool(connectionString, log);
  closers.push(() => journalPool.end());
  const journal = createJournal({
    pool: journalPool,
    bus,
    log,
    notifyDelay: config.notifyDelay,
    afterCommit: createAfterCommit(config.failpoint),
    onBatch: metrics?.onBatch,
  });
  closers.push(() => journal.close());
  const blobs = createDiskBlobs(join(config.dataDir, 'blobs'));
  const links = createLinks(config.secret, config.publicUrl);
  return {
    context: { db, journal, bus, blobs, links, config, log },
    pools: { main: pool, journal: journalPool },
  };
}

/** The journal's own connections, so that no slow reader takes them. */
function openJournalPool(connectionString: string, log: Logger): Pool {
  return createPool(connectionString, {
    max: defaultLanes,
    applicationName: 'parley-journal',
    statementTimeout: 4_000,
    pipeline: true,
    onConnectionError: (error) => log.warn({ err: error }, "one of the journal's connections broke"),
  });
}

interface Serving extends Omit<Ground, 'log'> {
  readonly context: Context;
  readonly pools: Readonly<Record<string, Pool>>;
  readonly draining: () => boolean;
}

/** Everything that takes work in: requests, sockets, jobs. They stop together, before what they work with. */
async function startServing(
  { context, database, pools, closers, metrics, draining }: Serving,
  { routes }: AppOptions,
): Promise<FastifyInstance> {
  const { pool, connectionString } = database;
  const authenticator = createAuthenticator(context);
  const limiter = createLimiter(context.config, undefined, metrics?.onRefused);
  const trust = trustOf(context.config);
  const onAnswer = metrics?.onAnswer;
  const http = await createHttpServer({ context, authenticator, limiter, pool, routes, onAnswer, draining });
  const gateway = attachGateway(http.server, context, {
    authenticate: (token) => authenticator.authenticatePerson(token),
    take: (kind, key) => limiter.take(kind, key),
    wait: (kind, key) => limiter.wait(kind, key),
    addressOf: (request) => addressOf(request, trust),
    // Nobody reads what else comes over an upgrade's socket, and unread it would keep its end from being seen.
    refuse: (socket, problem) => endWithProblem(socket.resume(), problem),
    ignore: (request, socket, head) => ignoreUpgrade(http.server, request, socket, head),
    observer: metrics?.realtime,
  });
  metrics?.watch({ pools, journal: context.journal, gateway });
  const serving = [() => closeHttp(http), () => gateway.close()];
  closers.push(() => Promise.all(serving.map((stop) => closeOne(stop, context.log))));
  const jobs = await startJobs(context, connectionString, metrics?.jobs);
  serving.push(() => jobs.stop());
  return http;
}

/** Requests in hand may end; connections that are still open after that are cut. */
async function closeHttp(http: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => http.server.closeAllConnections(), patience);
  await http.close();
  clearTimeout(cut);
}

/** Closed last, so that stopping can be watched too. */
async function listenForMetrics(
  metrics: Metrics,
  { config, log }: Context,
  closers: Closers,
): Promise<string> {
  const { metricsHost: host, metricsPort } = config;
  const port = metricsPort ?? 0;
  const server = await orListenError(serveMetrics(metrics, { host, port }, log), 'METRICS_', port, host);
  closers.unshift(() => server.close());
  return server.address;
}

async function closeAll(closers: Closers, log: Logger): Promise<void> {
  for (const closer of closers.reverse()) await closeOne(closer, log);
}

/** One part that cannot say goodbye, to a database that is away perhaps, must not keep the others open. */
async function closeOne(close: () => Promise<unknown>, log: Logger): Promise<void> {
  try {
    await close();
  } catch (error) {
    log.error({ err: error }, 'a part of the service could not be closed in order');
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}

function listen(http: FastifyInstance, { port, host }: Config): Promise<string> {
  return orListenError(http.listen({ port, host }), '', port, host);
}

/** Says which variables to change, which begin with `prefix`. */
async function orListenError<T>(
  listening: Promise<T>,
  prefix: '' | 'METRICS_',
  port: number,
  host: string,
): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EADDRINUSE')
      throw new ListenError(
        `Port ${port} on ${host} is taken by another program. Set ${prefix}PORT to another one.`,
      );
    if (code === 'EACCES')
      throw new ListenError(
        `Port ${port} needs more rights than this process has. Set ${prefix}PORT to one above 1023.`,
      );
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new ListenError(
        `${prefix}HOST ${host} is no address of this machine. Set it to 127.0.0.1, or 0.0.0.0 for all.`,
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
