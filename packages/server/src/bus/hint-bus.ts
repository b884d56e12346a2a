import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Tables } from '../db/tables.ts';
import type { Bus, BusEvent } from './bus.ts';
import { createHintQueue } from './hint-queue.ts';
import { hintsOf, payloadsOf, readPayload } from './hints.ts';
import { resolveHints } from './resolve-hints.ts';

/** What a backend has to do: carry short texts to every node, this one included or not. */
export interface Transport {
  /** Hands payloads over, in order; rejects when it could not. */
  send(payloads: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface TransportEvents {
  readonly onPayload: (payload: string) => void;
  /** What other nodes sent may have been missed. */
  readonly onInterrupted: () => void;
}

export interface HintBusOptions {
  readonly db: Kysely<Tables>;
  readonly log: Logger;
  readonly connect: (events: TransportEvents) => Promise<Transport>;
}

/** Milliseconds that `close` waits for each direction. */
const closePatience = 1_000;

/** A bus over a transport: a node's own events are heard at once, the others get hints and read the rest from the database. */
export async function createHintBus({ db, log, connect }: HintBusOptions): Promise<Bus> {
  const node = randomBytes(6).toString('hex');
  const handlers = new Set<(event: BusEvent) => void>();
  // `publish` never throws: after a commit it would make a sender believe that nothing was stored.
  const emit = (event: BusEvent): void =>
    handlers.forEach((handler) => {
      try {
        handler(event);
      } catch (error) {
        log.error({ err: error }, 'an event could not be delivered');
      }
    });

  const incoming = createHintQueue({
    handle: async (hints) => (await resolveHints(db, hints)).forEach(emit),
    onFailure: (error) => log.warn({ err: error }, "other nodes' events cannot be read"),
    retryDelay: backoff,
  });
  const transport = await connect({
    onPayload: (payload) => incoming.add(readPayload(node, payload)),
    onInterrupted: () => emit({ type: 'bus.interrupted' }),
  });
  const outgoing = createHintQueue({
    handle: (hints) => transport.send(payloadsOf(node, hints)),
    onFailure: (error) => log.warn({ err: error }, 'other nodes cannot be told of events'),
    retryDelay: backoff,
  });

  return {
    publish(events) {
      events.forEach(emit);
      outgoing.add(hintsOf(events));
    },
    subscribe(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    async close() {
      await outgoing.close(closePatience);
      await transport.close();
      await incoming.close(closePatience);
    },
  };
}

function backoff(failures: number): number {
  return Math.min(100 * 2 ** failures, 2_000);
}
