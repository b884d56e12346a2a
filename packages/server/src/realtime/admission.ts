import { closeCodes, limits, ProblemError, type ClientFrame } from '@parley/protocol';
import type { RawData } from 'ws';
import type { Context, PersonAsker } from '../actions/action.ts';
import type { Audience } from './audience.ts';
import { pushError, pushFrame, type Connection, type Line } from './connection.ts';
import { frameText } from './frame-text.ts';
import { problemOf } from './handle-frame.ts';
import { readFrame, type ReadFrame } from './read-frame.ts';

/** Who a user token speaks for, and until when. Throws `ProblemError`s. */
export type Authenticate = (token: string) => Promise<{ asker: PersonAsker; expiresAt: Date | null }>;

/** What letting sockets in needs. */
export interface Admission {
  readonly context: Context;
  readonly audience: Audience;
  readonly authenticate: Authenticate;
  /** Somebody has not said who they are, or not so that one could believe it. */
  readonly onStranger: () => void;
  /** Takes what a connection says once it is one. */
  readonly onText: (connection: Connection, text: string) => void;
}

/** Close codes of IANA's registry: something went wrong here, and: come back later. */
const internalError = 1011;
const tryAgainLater = 1013;

/** Waits for `auth`, the first frame; then the socket is a connection. Frames that came in one packet with it wait meanwhile. */
export function greet(admission: Admission, line: Line): void {
  const { context, onStranger, onText } = admission;
  const { socket } = line;
  socket.on('error', () => socket.terminate());
  const timeout = setTimeout(() => {
    onStranger();
    socket.close(closeCodes.authTimeout, 'no auth in time');
  }, limits.authTimeout);
  socket.once('close', () => clearTimeout(timeout));
  socket.once('message', (data, isBinary) => {
    clearTimeout(timeout);
    const early: string[] = [];
    const keep = (more: RawData, binary: boolean): void => void early.push(frameText(more, binary));
    socket.on('message', keep);
    socket.pause();
    admit(admission, line, frameText(data, isBinary))
      .then((connection) => {
        socket.off('message', keep);
        if (connection !== null) for (const text of early) onText(connection, text);
      })
      .catch((error: unknown) => {
        context.log.error({ err: error }, 'a socket could not be admitted');
        socket.close(internalError, 'internal');
      })
      .finally(() => socket.resume());
  });
}

/** The socket's connection, or null where there is none: it was told why, and is closing. */
async function admit(admission: Admission, line: Line, text: string): Promise<Connection | null> {
  const { context, audience } = admission;
  const { socket, observer } = line;
  const read = readFrame(text);
  const ref = 'frame' in read ? read.frame.ref : read.ref;
  try {
    const { asker, expiresAt } = await admission.authenticate(tokenIn(read));
    if (socket.readyState !== socket.OPEN) return null;
    refuseSuspended(asker);
    if (audience.of(asker.userId).size >= context.config.limitConnections) throw tooMany(30);
    const connection = join(admission, line, asker);
    closeAtExpiry(connection, expiresAt);
    pushFrame(connection, { op: 'ready', ref: ref ?? '', userId: asker.userId });
    observer?.onFrame('auth', 'ok');
    return connection;
  } catch (error) {
    const problem = problemOf(context, error);
    observer?.onFrame('auth', problem.code);
    if (problem.code === 'unauthenticated' || 'error' in read) admission.onStranger();
    pushError(line, ref, problem);
    closeFor(line, problem.code);
    return null;
  }
}

/** @throws {ProblemError} for anything but `auth` */
function tokenIn(read: ReadFrame): string {
  if ('error' in read) throw read.error;
  if (read.frame.op === 'auth') return read.frame.token;
  throw new ProblemError('unauthenticated', 'The first frame must be auth, with a user token.');
}

/** From now on the audience knows the socket, and what it says is heard, until it closes. */
function join({ audience, onText }: Admission, line: Line, asker: PersonAsker): Connection {
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
  audience.add(connection);
  const { socket } = line;
  socket.on('pong', () => (connection.alive = true));
  socket.on('message', (data, isBinary) => onText(connection, frameText(data, isBinary)));
  socket.once('close', () => {
    clearTimeout(connection.expiry);
    audience.remove(connection);
  });
  return connection;
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
  else if (code === 'internal') socket.close(internalError, 'internal');
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

/** `auth` again, on a connection: it goes on with the new token, or closes where that is not its person's. */
export async function renew(
  { context, authenticate }: Pick<Admission, 'context' | 'authenticate'>,
  connection: Connection,
  frame: Extract<ClientFrame, { op: 'auth' }>,
): Promise<void> {
  try {
    const { asker, expiresAt } = await authenticate(frame.token);
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

/** What is said of an allowance that is used up. `retryAfter` in seconds. */
export function tooMany(retryAfter: number): ProblemError {
  return new ProblemError('too-many', `Too much at once; try again in ${retryAfter} s.`, { retryAfter });
}
