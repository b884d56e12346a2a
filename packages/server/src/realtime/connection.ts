import { closeCodes, type ProblemError, type ServerFrame } from '@parley/protocol';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { PersonAsker } from '../actions/action.ts';
import type { RealtimeObserver } from './observer.ts';

/** Bytes that may wait for a reader that does not read. */
const maxBuffered = 1024 * 1024;

/** A send that is not answered yet: what comes of it is told in the order of the log. */
export interface PendingSend {
  readonly ref: string;
  answered: boolean;
}

/** What frames are pushed through. */
export interface Line {
  readonly socket: WebSocket;
  /** The stream below the socket. */
  readonly stream: Duplex;
  /** Frames of this turn are gathered, to leave in one write. */
  gathering: boolean;
  readonly observer: RealtimeObserver | undefined;
  /** True when a message of a conversation has had its turn on this line, false when that takes too long; null when it has. */
  readonly held: (conversationId: string, seq: number) => Promise<boolean> | null;
}

/** One authenticated socket. */
export interface Connection extends Line {
  asker: PersonAsker;
  /** By `sendKey`. */
  readonly pending: Map<string, PendingSend>;
  /** Frames that wait for an answer. */
  inFlight: number;
  /** Takes no more frames, and closes when none waits for an answer. */
  leaving: boolean;
  /** Sends with attachments look these up first; later sends wait, so that a connection's sends keep their order. */
  lastSend: Promise<void> | null;
  expiry: NodeJS.Timeout | undefined;
  alive: boolean;
}

/** Names a send on its connection. */
export function sendKey(conversationId: string, clientId: string): string {
  return `${conversationId.toLowerCase()}\n${clientId}`;
}

/**
 * Sends a frame that is serialised already; all frames of one turn leave in one write. A reader that has more than 1 MiB waiting from
 * turns before is closed with 4008 and has to sync: what a single turn brings, a reader could not have read yet.
 */
export function pushText(line: Line, frame: string): void {
  if (line.socket.readyState !== line.socket.OPEN) return;
  if (!line.gathering && !startGathering(line)) return;
  line.socket.send(frame);
}

function startGathering(line: Line): boolean {
  const { socket, stream } = line;
  if (socket.bufferedAmount > maxBuffered) {
    line.observer?.onSlowReader();
    socket.close(closeCodes.resync, 'resync');
    // A reader that does not read does not answer the close either.
    setTimeout(() => socket.terminate(), 1_000).unref();
    return false;
  }
  line.gathering = true;
  stream.cork();
  process.nextTick(() => {
    line.gathering = false;
    stream.uncork();
  });
  return true;
}

/** Sends a frame of one reader's own; see `pushText`. */
export function pushFrame(line: Line, frame: ServerFrame): void {
  pushText(line, JSON.stringify(frame));
}

/** Tells of an error; `ref` is that of what was asked, where it had one. */
export function pushError(line: Line, ref: string | undefined, { problem }: ProblemError): void {
  pushFrame(line, { op: 'error', ...(ref !== undefined && { ref }), problem });
}
