import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { WebSocket } from 'ws';
import { frameText } from '../../packages/server/src/realtime/frame-text.ts';
import { readServerFrame } from '../../packages/server/test/support/shapes.ts';

export interface LineOptions {
  readonly token: string;
  /** Where to connect: the next one each time that a connection failed. */
  readonly urls: readonly string[];
}

/** A socket that opens again, elsewhere, whenever it has ended. */
export interface PersonLine {
  /** Where it is connected, or tries to. */
  url(): string;
  /** Names the connection: another one after each opening, and than anybody else's. */
  connection(): number;
  isReady(): boolean;
  /** Answers how to cut the very connection on which it was said; null where none is ready. */
  say(frame: ClientFrame): (() => void) | null;
  close(): void;
}

export interface LineEvents {
  ready(): void;
  /** Every byte, before it is read. */
  text(text: string): void;
  /** All frames but `ready`. */
  frame(frame: ServerFrame): void;
  /** The connection has ended: with this code, or null where it had not been ready. */
  lost(code: number | null): void;
}

/** Milliseconds without an answer after which a connection counts as dead. */
export const answerTime = 5_000;

let connectionCount = 0;

/** Opens it; the first event comes later. */
export function openLine({ token, urls }: LineOptions, on: LineEvents): PersonLine {
  let socket: WebSocket | null = null;
  let connection = 0;
  let ready = false;
  let closed = false;
  let turn = 0;
  const url = () => urls[turn % urls.length] ?? '';

  function open(): void {
    if (closed) return;
    const fresh = new WebSocket(`${url().replace('http', 'ws')}/v1/realtime`, { handshakeTimeout: 3_000 });
    socket = fresh;
    connection = connectionCount += 1;
    const readyTimer = setTimeout(() => fresh.terminate(), answerTime);
    fresh.on('open', () => fresh.send(JSON.stringify({ op: 'auth', ref: 'auth', token })));
    fresh.on('message', (data) => receive(frameText(data), readyTimer));
    fresh.on('error', () => undefined);
    fresh.on('close', (code) => {
      clearTimeout(readyTimer);
      lose(code);
    });
  }

  function receive(text: string, readyTimer: NodeJS.Timeout): void {
    on.text(text);
    const frame = readServerFrame(text);
    if (frame.op !== 'ready') return on.frame(frame);
    clearTimeout(readyTimer);
    ready = true;
    on.ready();
  }

  function lose(code: number): void {
    const wasReady = ready && !closed;
    ready = false;
    turn += 1;
    on.lost(wasReady ? code : null);
    if (!closed) setTimeout(open, 50 + Math.random() * 100);
  }

  open();
  return {
    url,
    connection: () => connection,
    isReady: () => ready,
    say(frame) {
      const sender = socket;
      if (!ready || sender === null) return null;
      sender.send(JSON.stringify(frame));
      return () => sender.terminate();
    },
    close() {
      closed = true;
      socket?.terminate();
    },
  };
}
