import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Tables } from '../db/tables.ts';
import { isUnreachable } from '../db/unreachable.ts';
import type { Bus, BusEvent } from './bus.ts';
import { createExchange } from './exchange.ts';
import { createHintQueue } from './hint-queue.ts';
import { hintsOf, isPassing, needsSeats, type Hint } from './hints.ts';
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
/** Milliseconds between lines about what cannot be read: whoever reaches the bus could fill the log. */
const spoiledInterval = 60_000;

/** A bus over a transport: a node's own events are heard at once, the others get hints and read the rest from the database. */
export async function createHintBus({ db, log, connect }: HintBusOptions): Promise<Bus> {
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
    isWorthRetry: canResolveYet,
    onFailure: (error) => log.warn({ err: error }, "other nodes' events cannot be read"),
    retryDelay: backoff,
  });
  const warnOfSpoiled = createSpoiledWarning(log);
  const interrupt = (): void => emit({ type: 'bus.interrupted' });
  let transport: Transport | null = null;
  const exchange = createExchange({
    send: (payloads) => void transport?.send(payloads).catch(() => undefined),
    onLost: interrupt,
  });
  const connected = await connect({
    onPayload(payload) {
      const read = exchange.read(payload);
      if (read?.isSpoiled !== false) warnOfSpoiled(payload);
      incoming.add(read?.hints ?? []);
    },
    onInterrupted() {
      exchange.forget();
      exchange.greet();
      interrupt();
    },
  });
  transport = connected;
  exchange.greet();
  const outgoing = createHintQueue({
    handle: (hints) => connected.send(exchange.write(hints)),
    isWorthRetry: isLasting,
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
      const farewell = exchange.close();
      if (farewell.length > 0)
        await Promise.race([
          connected.send(farewell).catch(() => undefined),
          sleep(closePatience, undefined, { ref: false }),
        ]);
      await connected.close();
      await incoming.close(closePatience);
    },
  };
}

/** What passes is stale at the next try. */
function isLasting(hint: Hint): boolean {
  return !isPassing(hint);
}

/** A database that answers with an error would do so again: what has to ask it is given up. A read position shows at the next sync. */
function canResolveYet(hint: Hint, error: unknown): boolean {
  return isUnreachable(error) ? isLasting(hint) : !needsSeats(hint);
}

function createSpoiledWarning(log: Logger): (payload: string) => void {
  let quietUntil = 0;
  return (payload) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + spoiledInterval;
    log.warn({ payload: payload.slice(0, 200) }, 'something on the bus is no hint of a node; it is left out');
  };
}

function backoff(failures: number): number {
  return Math.min(100 * 2 ** failures, 2_000);
}
