import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCodes, limits, ProblemError, type ClientFrame } from '@parley/protocol';
import { WebSocketServer, type RawData } from 'ws';
import type { Context, PersonAsker } from '../actions/action.ts';
import { createAudience, type Audience } from './audience.ts';
import { pushFrame, type Connection, type Line } from './connection.ts';
import { startDelivery } from './delivery.ts';
import { answerFrame, problemOf } from './handle-frame.ts';
import { dismissAll, isLeaving, leaveIfAnswered } from './leave.ts';
import type { RealtimeObserver } from './observer.ts';
import { readFrame } from './read-frame.ts';

/** What the gateway needs from the HTTP side: the same people, the same limits. */
export interface GatewayOptions {
  /** Who a user token speaks for, and until when. Throws `ProblemError`s. */
  readonly authenticate: (token: string) => Promise<{ asker: PersonAsker; expiresAt: Date | null }>;
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
/** Close code of IANA's registry: come back later. */
const tryAgainLater = 1013;
/** Sockets that may wait to say who they are. */
const maxWaiting = 5_000;
/** Frames of one connection that may wait for their answers; then no more are read from it until half of them have theirs. */
const maxInFlight = 512;

/** Serves `GET /v1/realtime` on a server. */
export function attachGateway(server: Server, context: Context, options: GatewayOptions): Gateway {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
  });
  const audience = createAudience();
  const delivery = startDelivery(context, audience, options.observer);
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') return options.ignore(request, socket, head);
    const address = options.addressOf(request);
    const isFull = sockets.clients.size - audience.size() >= maxWaiting;
    const refusal = isFull
      ? new ProblemError('unavailable', 'Too many wait to say who they are; try again in a moment.', {
          retryAfter: 5,
        })
      : (whyNotUpgrade(request, context.config.allowedOrigins) ??
        whyNotFrom(options.wait('addresses', address)));
    if (refusal !== null) options.refuse(socket, refusal);
    else
      sockets.handleUpgrade(request, socket, head, (accepted) =>
        greet(
          context,
          audience,
          { ...options, onStranger: () => options.take('addresses', address) },
          {
            socket: accepted,
            stream: socket,
            gathering: false,
            observer: options.observer,
            held: delivery.held,
          },
        ),
      );
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

interface GreetOptions extends GatewayOptions {
  /** Somebody has not said who they are, or not so that one could believe it. */
  readonly onStranger: () => void;
}

/** Waits for `auth`, the first frame; then the socket is a connection. Frames that came in one packet with it wait meanwhile. */
function greet(context: Context, audience: Audience, options: GreetOptions, line: Line): void {
  const { socket } = line;
  socket.on('error', () => socket.terminate());
  const timeout = setTimeout(() => {
    options.onStranger();
    socket.close(closeCodes.authTimeout, 'no auth in time');
  }, limits.authTimeout);
  socket.once('close', () => clearTimeout(timeout));
  socket.once('message', (data, isBinary) => {
    clearTimeout(timeout);
    const early: string[] = [];
    const keep = (more: RawData, binary: boolean): void => void early.push(readText(more, binary));
    socket.on('message', keep);
    socket.pause();
    admit(context, audience, options, line, readText(data, isBinary))
      .then((connection) => {
        socket.off('message', keep);
        if (connection !== null) for (const text of early) receive(context, options, connection, text);
      })
      .catch((error: unknown) => {
        context.log.error({ err: error }, 'a socket could not be admitted');
        socket.close(1011, 'internal');
      })
      .finally(() => socket.resume());
  });
}

/** The socket's connection, or null where there is none: it was told why, and is closing. */
async function admit(
  context: Context,
  audience: Audience,
  options: GreetOptions,
  line: Line,
  text: string,
): Promise<Connection | null> {
  const { socket } = line;
  const read = readFrame(text);
  const isAuth = 'frame' in read && read.frame.op === 'auth';
  const ref = 'frame' in read ? read.frame.ref : read.ref;
  try {
    if (!isAuth)
      throw 'error' in read
        ? read.error
        : new ProblemError('unauthenticated', 'The first frame must be auth, with a user token.');
    const { asker, expiresAt } = await options.authenticate('token' in read.frame ? read.frame.token : '');
    if (socket.readyState !== socket.OPEN) return null;
    refuseSuspended(asker);
    if (audience.of(asker.userId).size >= context.config.limitConnections) throw tooMany(30);
    const connection: Connection = {
      ...line,
      asker,
      pending: new Map(),
      inFlight: 0,
      leaving: false,
      lastSend: null,
      expiry: undefined,
      alive: true,
    };
    closeAtExpiry(connection, expiresAt);
    audience.add(connection);
    socket.on('pong', () => (connection.alive = true));
    socket.on('message', (data, isBinary) => receive(context, options, connection, readText(data, isBinary)));
    socket.once('close', () => {
      clearTimeout(connection.expiry);
      audience.remove(connection);
    });
    pushFrame(connection, { op: 'ready', ref: ref ?? '', userId: asker.userId });
    line.observer?.onFrame('auth', 'ok');
    return connection;
  } catch (error) {
    const { code, problem } = problemOf(context, error);
    line.observer?.onFrame('auth', code);
    if (code === 'unauthenticated' || !isAuth) options.onStranger();
    pushFrame(line, { op: 'error', ...(ref !== undefined && { ref }), problem });
    closeFor(line, code);
    return null;
  }
}

function refuseSuspended({ suspended }: PersonAsker): void {
  if (suspended === true)
    throw new ProblemError(
      'suspended',
      'Your account is suspended, so nothing is pushed to it. Ask the marketplace.',
    );
}

/** Closes a socket whose `auth` was refused: only who is not believed has to get another token. */
function closeFor({ socket }: Line, code: ProblemError['code']): void {
  if (code === 'too-many') socket.close(tryAgainLater, 'too many connections');
  else if (code === 'suspended' || code === 'forbidden') socket.close(closeCodes.forbidden, code);
  else if (code === 'unavailable') socket.close(tryAgainLater, 'unavailable');
  else if (code === 'internal') socket.close(1011, 'internal');
  else socket.close(closeCodes.unauthenticated, 'unauthenticated');
}

/** A token speaks for its person until it expires; a fresh one by `auth` keeps the connection. */
function closeAtExpiry(connection: Connection, expiresAt: Date | null): void {
  clearTimeout(connection.expiry);
  if (expiresAt === null) return;
  const milliseconds = Math.min(Math.max(expiresAt.getTime() - Date.now(), 0), 2 ** 31 - 1);
  connection.expiry = setTimeout(
    () => connection.socket.close(closeCodes.unauthenticated, 'token expired'),
    milliseconds,
  );
  connection.expiry.unref();
}

/** A binary frame is none of ours: it reads as nothing, which is no JSON. */
function readText(data: RawData, isBinary: boolean): string {
  if (isBinary) return '';
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString();
}

function receive(context: Context, options: GatewayOptions, connection: Connection, text: string): void {
  if (isLeaving(connection)) return;
  const read = readFrame(text);
  if ('error' in read) {
    connection.observer?.onFrame('invalid', read.error.code);
    return pushError(connection, read.ref, read.error);
  }
  const { frame } = read;
  const retryAfter = options.take(frame.op === 'send' ? 'sends' : 'requests', connection.asker.userId);
  if (retryAfter > 0) {
    connection.observer?.onFrame(frame.op, 'too-many');
    return pushError(connection, frame.ref, tooMany(retryAfter));
  }
  connection.inFlight += 1;
  if (connection.inFlight >= maxInFlight) connection.socket.pause();
  const answered =
    frame.op === 'auth'
      ? renew(context, options, connection, frame)
      : answerFrame(context, connection, frame);
  void answered.finally(() => {
    connection.inFlight -= 1;
    leaveIfAnswered(connection);
    if (connection.socket.isPaused && connection.inFlight <= maxInFlight / 2) connection.socket.resume();
  });
}

function tooMany(retryAfter: number): ProblemError {
  return new ProblemError('too-many', `Too much at once; try again in ${retryAfter} s.`, { retryAfter });
}

async function renew(
  context: Context,
  options: GatewayOptions,
  connection: Connection,
  frame: Extract<ClientFrame, { op: 'auth' }>,
): Promise<void> {
  try {
    const { asker, expiresAt } = await options.authenticate(frame.token);
    // Behind its end nobody would clear the timer.
    if (connection.socket.readyState !== connection.socket.OPEN) return;
    if (asker.userId !== connection.asker.userId)
      throw new ProblemError('unauthenticated', 'This connection speaks for another person; open a new one.');
    refuseSuspended(asker);
    connection.asker = asker;
    closeAtExpiry(connection, expiresAt);
    pushFrame(connection, { op: 'ready', ref: frame.ref, userId: asker.userId });
    connection.observer?.onFrame('auth', 'ok');
  } catch (error) {
    const problem = problemOf(context, error);
    connection.observer?.onFrame('auth', problem.code);
    pushError(connection, frame.ref, problem);
    closeFor(connection, problem.code);
  }
}

function pushError(connection: Connection, ref: string | undefined, error: ProblemError): void {
  pushFrame(connection, { op: 'error', ...(ref !== undefined && { ref }), problem: error.problem });
}
