import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Tables } from '../db/tables.ts';
import type { Bus } from './bus.ts';
import { createHintBus, type Transport, type TransportEvents } from './hint-bus.ts';

export interface RedisBusOptions {
  /** `redis://` or `rediss://`, with user, password and number of the database as usual. */
  readonly url: string;
  readonly db: Kysely<Tables>;
  readonly log: Logger;
}

/** Milliseconds between pings, and of silence after which a connection is given up. */
const pingInterval = 2_000;
const silence = 5_000;
/** Milliseconds that a start waits for Redis; then it goes on without, and connects when it can. */
const startPatience = 3_000;
/** Milliseconds between tries to subscribe. The client makes a connection again at once, so that this alone keeps from haste. */
const retryDelay = 1_000;

/**
 * Events between nodes over Redis or Valkey, by `PUBLISH` on one channel. Redis need not be there: what others are told waits in
 * a bounded queue, and messages are found in the database meanwhile.
 */
export function createRedisBus({ url, db, log }: RedisBusOptions): Promise<Bus> {
  return createHintBus({ db, log, connect: (events) => connect(url, log, events) });
}

/** Redis' channels know no databases, so that the number in the address is made part of the name. */
export function channelOf(url: string): string {
  return `parley:${/^\/\d+$/.exec(new URL(url).pathname)?.[0].slice(1) ?? '0'}`;
}

async function connect(url: string, log: Logger, events: TransportEvents): Promise<Transport> {
  const channel = channelOf(url);
  const publisher = open(url, log);
  const subscriber = open(url, log);
  let started = false;
  const listens = new Promise<void>((resolve) =>
    keepSubscribed(subscriber, log, {
      channel,
      onPayload: events.onPayload,
      onListening() {
        resolve();
        if (started) events.onInterrupted();
      },
    }),
  );
  const ready = Promise.all([publisher.connect(), subscriber.connect(), listens]).catch((error: unknown) =>
    log.warn({ err: error }, 'Redis could not be connected'),
  );
  await Promise.race([ready, sleep(startPatience)]);
  started = true;
  return {
    async send(payloads) {
      await Promise.all(payloads.map((payload) => publisher.publish(channel, payload)));
    },
    close() {
      for (const client of [publisher, subscriber]) end(client);
      return Promise.resolve();
    },
  };
}

interface Subscription {
  readonly channel: string;
  readonly onPayload: (payload: string) => void;
  /** Called at every new connection, once it listens. */
  readonly onListening: () => void;
}

/** The client itself subscribes again at a new connection, but only to what it had an answer for: until then it is done here. */
function keepSubscribed(
  client: Client,
  log: Logger,
  { channel, onPayload, onListening }: Subscription,
): void {
  let subscribed = false;
  let refused = false;
  let retry: NodeJS.Timeout | undefined;

  async function listen(): Promise<void> {
    if (retry !== undefined) return;
    try {
      if (!subscribed) await client.subscribe(channel, onPayload);
      subscribed = true;
      onListening();
    } catch (error) {
      // Of a connection that broke, the log has heard already.
      if (client.isReady && !refused) {
        log.warn({ err: error }, 'Redis does not let this node listen for events; it is tried again');
        refused = true;
      }
      retry = setTimeout(() => {
        retry = undefined;
        if (client.isReady) void listen();
      }, retryDelay).unref();
    }
  }

  client.on('ready', () => void listen());
}

type Client = ReturnType<typeof open>;

/** A client that never gives up, and rather fails a command than keeping it while Redis is away. */
function open(url: string, log: Logger) {
  const client = createClient({
    url,
    pingInterval,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: silence,
      socketTimeout: silence,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 6), 2_000) + Math.random() * 100,
    },
  });
  let isDown = false;
  client.on('error', (error: unknown) => {
    if (!isDown) log.warn({ err: error }, 'the connection to Redis broke; it is made again when it can');
    isDown = true;
  });
  client.on('ready', () => (isDown = false));
  return client;
}

/** A ping without an answer fails by the end itself, which is no broken connection. */
function end(client: Client): void {
  client.removeAllListeners('error').on('error', () => undefined);
  client.destroy();
}
