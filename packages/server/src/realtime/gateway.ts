import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { limits, ProblemError } from '@parley/protocol';
import { WebSocketServer } from 'ws';
import type { Context } from '../actions/action.ts';
import { greet, tooMany, type Authenticate } from './admission.ts';
import { createAudience } from './audience.ts';
import type { Connection } from './connection.ts';
import { startDelivery } from './delivery.ts';
import { dismissAll } from './leave.ts';
import type { RealtimeObserver } from './observer.ts';
import { receive } from './receive.ts';

/** What the gateway needs from the HTTP side: the same people, the same limits. */
export interface GatewayOptions {
  readonly authenticate: Authenticate;
  /** Takes one from the allowance of a person, or of an address; answers the seconds to wait, or 0. */
  readonly take: (kind: 'sends' | 'requests' | 'addresses', key: string) => number;
  /** The same, and takes none. */
  readonly wait: (kind: 'addresses', key: string) => number;
  /** The address that a request came from, by the proxies that are believed. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Answers what is not upgraded, and ends its socket. */
  readonly refuse: (socket: Duplex, problem: ProblemError) => void;
  /** Answers a request that asks for another protocol as if it did not. */
  readonly ignore: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly observer?: RealtimeObserver | undefined;
}

export interface Gateway {
  /** Sockets that are authenticated. */
  size(): number;
  /** Bytes that wait for readers. */
  buffered(): number;
  /**
   * Takes no more sockets and no more frames, answers the frames in hand, tells everybody to go elsewhere (1001), and resolves when
   * they are gone, after some 6 s at most.
   */
  close(): Promise<void>;
}

/** Milliseconds between pings; a socket that did not answer the last one is gone. */
const heartbeat = 30_000;
/** Sockets that may wait to say who they are. */
const maxWaiting = 5_000;

/** Serves `GET /v1/realtime` on a server. */
export function attachGateway(server: Server, context: Context, options: GatewayOptions): Gateway {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
  });
  const audience = createAudience();
  const delivery = startDelivery(context, audience, options.observer);
  const { authenticate, take, observer } = options;
  const receiving = { context, authenticate, take };
  const accept = (request: IncomingMessage, stream: Duplex, head: Buffer, onStranger: () => void): void =>
    sockets.handleUpgrade(request, stream, head, (socket) =>
      greet(
        {
          context,
          audience,
          authenticate,
          onStranger,
          onText: (connection, text) => receive(receiving, connection, text),
        },
        { socket, stream, gathering: false, observer, held: delivery.held },
      ),
    );
  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return options.ignore(request, stream, head);
    const address = options.addressOf(request);
    const refusal =
      sockets.clients.size - audience.size() >= maxWaiting
        ? tooManyWait()
        : (whyNotUpgrade(request, context.config.allowedOrigins) ??
          whyNotFrom(options.wait('addresses', address)));
    if (refusal !== null) options.refuse(stream, refusal);
    else accept(request, stream, head, () => take('addresses', address));
  };
  server.on('upgrade', onUpgrade);
  const beat = setInterval(() => [...audience.all()].forEach(checkAlive), heartbeat);

  return {
    size: () => audience.size(),
    buffered: () => {
      let bytes = 0;
      for (const { socket } of audience.all()) bytes += socket.bufferedAmount;
      return bytes;
    },
    async close() {
      server.off('upgrade', onUpgrade);
      clearInterval(beat);
      await dismissAll(sockets.clients, [...audience.all()]);
      await delivery.close();
    },
  };
}

function tooManyWait(): ProblemError {
  const detail = 'Too many wait to say who they are; try again in a moment.';
  return new ProblemError('unavailable', detail, { retryAfter: 5 });
}

/** Browsers say where they come from; others have no Origin, and nothing that a foreign page could borrow. */
function whyNotUpgrade(request: IncomingMessage, allowedOrigins: readonly string[]): ProblemError | null {
  const path = request.url?.split('?')[0];
  if (path !== '/v1/realtime') return new ProblemError('not-found', 'The WebSocket is at /v1/realtime.');
  const { origin } = request.headers;
  return origin === undefined || allowedOrigins.includes(origin)
    ? null
    : new ProblemError('forbidden', 'Pages of this origin may not connect: it is not in ALLOWED_ORIGINS.');
}

/** Who has just failed to say who they are, as often as an address may, has to wait. */
function whyNotFrom(retryAfter: number): ProblemError | null {
  return retryAfter === 0 ? null : tooMany(retryAfter);
}

function checkAlive(connection: Connection): void {
  if (!connection.alive) return connection.socket.terminate();
  connection.alive = false;
  connection.socket.ping();
}
