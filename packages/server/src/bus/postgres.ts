import { Socket } from 'node:net';
import { sql, type Kysely } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Tables } from '../db/tables.ts';
import type { Bus } from './bus.ts';
import { createHintBus, type TransportEvents } from './hint-bus.ts';

export interface PostgresBusOptions {
  readonly connectionString: string;
  readonly db: Kysely<Tables>;
  readonly log: Logger;
}

/** Milliseconds between tries to listen again. */
const retryDelay = 500;
/** Milliseconds between questions whether the connection that listens is alive, and for the answer. */
const probeInterval = 2_000;
const probeTimeout = 4_000;
/** Milliseconds that the other side may take to say goodbye. */
const closePatience = 1_000;

/** Events between nodes by `LISTEN` and `NOTIFY`: one statement a batch of hints, whatever its size. */
export function createPostgresBus(options: PostgresBusOptions): Promise<Bus> {
  const { db, log } = options;
  return createHintBus({
    db,
    log,
    connect: async (events) => {
      const listener = await keepListening(options, events);
      return {
        async send(payloads) {
          await sql`select pg_notify('parley', payload) from unnest(${payloads}::text[]) as payload`.execute(
            db,
          );
        },
        close: () => listener.close(),
      };
    },
  });
}

/** A connection that listens. `ended` settles when it is of no more use. */
interface Listening {
  readonly ended: Promise<void>;
  end(): Promise<void>;
}

/** Holds one connection that listens; when it breaks, another is made until `close`. */
async function keepListening(
  options: PostgresBusOptions,
  events: TransportEvents,
): Promise<{ close(): Promise<void> }> {
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let attempt = Promise.resolve();
  let current = await listen(options, events);
  watch(current);

  function watch(listening: Listening): void {
    void listening.ended.then(() => {
      if (!closed) reconnect();
    });
  }

  function reconnect(): void {
    attempt = listen(options, events).then(
      (fresh) => {
        current = fresh;
        if (closed) return fresh.end();
        watch(fresh);
        events.onInterrupted();
        return undefined;
      },
      () => {
        if (!closed) retry = setTimeout(reconnect, retryDelay);
      },
    );
  }

  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      await Promise.all([current.end(), attempt]);
    },
  };
}

async function listen(options: PostgresBusOptions, events: TransportEvents): Promise<Listening> {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: options.connectionString,
    application_name: 'parley-bus',
    keepAlive: true,
    connectionTimeoutMillis: probeTimeout,
    query_timeout: probeTimeout,
    stream: () => socket,
  });
  client.on('error', (error) =>
    options.log.warn({ err: error }, 'the connection that listens for events broke'),
  );
  client.on('notification', ({ payload }) => {
    if (payload !== undefined) events.onPayload(payload);
  });
  const ended = new Promise<void>((resolve) => {
    client.on('end', () => resolve());
    socket.on('close', () => resolve());
  });
  try {
    await client.connect();
    await client.query('listen parley');
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const stopProbing = keepProbing(client, socket);
  void ended.then(stopProbing);
  return {
    ended,
    async end() {
      stopProbing();
      const cut = setTimeout(() => socket.destroy(), closePatience);
      await Promise.race([client.end().catch(() => undefined), ended]);
      clearTimeout(cut);
    },
  };
}

/** A network that swallows everything breaks no connection; only an answer shows that somebody is there. Answers how to stop it. */
function keepProbing(client: pg.Client, socket: Socket): () => void {
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    client.query('select 1').then(
      () => (asking = false),
      () => socket.destroy(),
    );
  }, probeInterval);
  return () => clearInterval(timer);
}
