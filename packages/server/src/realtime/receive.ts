import type { Context } from '../actions/action.ts';
import { renew, tooMany, type Authenticate } from './admission.ts';
import { pushError, type Connection } from './connection.ts';
import { answerFrame } from './handle-frame.ts';
import { isLeaving, leaveIfAnswered } from './leave.ts';
import { readFrame } from './read-frame.ts';

/** What taking frames needs. */
export interface Receiving {
  readonly context: Context;
  readonly authenticate: Authenticate;
  /** Takes one from a person's allowance; answers the seconds to wait, or 0. */
  readonly take: (kind: 'sends' | 'requests', userId: string) => number;
}

/** Frames of one connection that may wait for their answers; then no more are read from it until half of them have theirs. */
const maxInFlight = 512;

/** Takes what a connection says: reads the frame, takes it from its person's allowance, and has it answered. */
export function receive(receiving: Receiving, connection: Connection, text: string): void {
  if (isLeaving(connection)) return;
  const read = readFrame(text);
  if ('error' in read) {
    connection.observer?.onFrame('invalid', read.error.code);
    return pushError(connection, read.ref, read.error);
  }
  const { frame } = read;
  const retryAfter = receiving.take(frame.op === 'send' ? 'sends' : 'requests', connection.asker.userId);
  if (retryAfter > 0) {
    connection.observer?.onFrame(frame.op, 'too-many');
    return pushError(connection, frame.ref, tooMany(retryAfter));
  }
  connection.inFlight += 1;
  if (connection.inFlight >= maxInFlight) connection.socket.pause();
  const answered =
    frame.op === 'auth'
      ? renew(receiving, connection, frame)
      : answerFrame(receiving.context, connection, frame);
  void answered.finally(() => {
    connection.inFlight -= 1;
    leaveIfAnswered(connection);
    if (connection.socket.isPaused && connection.inFlight <= maxInFlight / 2) connection.socket.resume();
  });
}
