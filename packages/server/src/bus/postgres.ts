import { randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Tables } from '../db/tables.ts';
import type { Bus, BusEvent } from './bus.ts';
import { hintsOf, payloadsOf, readPayload, type Hint } from './hints.ts';
import { resolveHints } from './resolve-hints.ts';

export interface PostgresBusOptions {
  readonly connectionString: string;
  readonly db: Kysely<Tables>;
  readonly log: Logger;
}

/** Milliseconds between tries to listen again. */
const retryDelay = 1_000;

/** Events between nodes by `LISTEN` and `NOTIFY`: one payload a batch, hints alone; each node reads the rest from the database. */
export async function createPostgresBus(options: PostgresBusOptions): Promise<Bus> {
  const node = randomBytes(6).toString('hex');
  const handlers = new Set<(event: BusEvent) => void>();
  const emit = (event: BusEvent): void => handlers.forEach((handler) => handler(event));
  const outgoing = createSequence((error) =>
    options.log.warn({ err: error }, 'other nodes could not be told of an event'),
  );
  const incoming = createSequence((error) => {
    options.log.warn({ err: error }, "another node's event could not be read");
    emit({ type: 'bus.interrupted' });
  });

  const listener = await keepListening(options, {
    onPayload: (payload) => {
      const hints = readPayload(node, payload);
      if (hints.length > 0) incoming.add(async () => (await resolveHints(options.db, hints)).forEach(emit));
    },
    onReconnected: () => emit({ type: 'bus.interrupted' }),
  });

  return {
    publish(events) {
      events.forEach(emit);
      const hints = hintsOf(events);
      if (hints.length > 0) outgoing.add(() => notify(options.db, node, hints));
    },
    subscribe(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    async close() {
      await outgoing.settled();
      await listener.close();
      await incoming.settled();
    },
  };
}

async function notify(db: Kysely<Tables>, node: string, hints: readonly Hint[]): Promise<void> {
  await sql`select pg_notify('parley', payload) from unnest(${payloadsOf(node, hints)}::text[]) as payload`.execute(
    db,
  );
}

/** Runs tasks one after the other. */
function createSequence(onError: (error: unknown) => void): {
  add(task: () => Promise<void>): void;
  settled(): Promise<void>;
} {
  let last = Promise.resolve();
  return {
    add(task) {
      last = last.then(task).catch(onError);
    },
    settled: () => last,
  };
}

interface ListenerEvents {
  readonly onPayload: (payload: string) => void;
  readonly onReconnected: () => void;
}

/** Holds one connection that listens; when it breaks, another is made until `close`. */
async function keepListening(
  options: PostgresBusOptions,
  events: ListenerEvents,
): Promise<{ close(): Promise<void> }> {
  let closed = false;
  let client = await listen();
  let retry: NodeJS.Timeout | undefined;

  async function listen(): Promise<pg.Client> {
    const fresh = new pg.Client({
      connectionString: options.connectionString,
      application_name: 'parley-bus',
      keepAlive: true,
    });
    fresh.on('error', (error) =>
      options.log.warn({ err: error }, 'the connection that listens for events broke'),
    );
    fresh.on('end', () => {
      if (!closed && fresh === client) retry = setTimeout(reconnect, retryDelay);
    });
    fresh.on('notification', ({ payload }) => {
      if (payload !== undefined) events.onPayload(payload);
    });
    await fresh.connect();
    await fresh.query('listen parley');
    return fresh;
  }

  function reconnect(): void {
    listen().then(
      (fresh) => {
        client = fresh;
        if (closed) void fresh.end();
        else events.onReconnected();
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
      await client.end().catch(() => undefined);
    },
  };
}
