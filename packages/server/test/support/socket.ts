import type { JWTPayload } from 'jose';
import { WebSocket } from 'ws';
import { frameText } from '../../src/realtime/frame-text.ts';
import { tokenFor } from './running-service.ts';

/** A frame as it came. */
export type Json = Readonly<Record<string, unknown>>;

/** What is at a path inside a frame; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? Object.getOwnPropertyDescriptor(inner, key)?.value
        : undefined,
    value,
  );
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

/** A socket that notes every frame. */
export interface TestSocket {
  readonly socket: WebSocket;
  readonly frames: Json[];
  readonly closed: Promise<{ code: number; reason: string }>;
  send(frame: unknown): void;
  /** Sends, and waits for the frame with the same `ref`. */
  ask(frame: Readonly<Record<string, unknown>>): Promise<Json>;
  /** The first frame, past or to come within 12 s, that fits. */
  next(fits: (frame: Json) => boolean): Promise<Json>;
  close(): void;
}

/** A person's connection, authenticated; `claims` are those of `tokenFor`. @throws where the service does not take it */
export async function connectAs(url: string, userId: string, claims: JWTPayload = {}): Promise<TestSocket> {
  const socket = await connectSocket(url);
  const answer = await socket.ask({ op: 'auth', ref: 'auth', token: await tokenFor(userId, claims) });
  if (answer['op'] !== 'ready') throw new Error(`${userId} is not let in: ${JSON.stringify(answer)}`);
  return socket;
}

/** A connection that has not said who it is. */
export async function connectSocket(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime`, { headers });
  const frames: Json[] = [];
  const lookers = new Set<() => void>();
  socket.on('message', (data) => {
    const frame: unknown = JSON.parse(frameText(data));
    if (isJson(frame)) frames.push(frame);
    lookers.forEach((look) => look());
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const next: TestSocket['next'] = (fits) => waitForFrame(frames, lookers, fits);
  const send = (frame: unknown): void =>
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  return {
    socket,
    frames,
    closed,
    send,
    next,
    ask(frame) {
      send(frame);
      return next((answer) => answer['ref'] === frame['ref']);
    },
    close: () => socket.close(),
  };
}

function waitForFrame(
  frames: readonly Json[],
  lookers: Set<() => void>,
  fits: (frame: Json) => boolean,
): Promise<Json> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      lookers.delete(look);
      reject(new Error(`no such frame within 12 s; there were ${JSON.stringify(frames).slice(0, 2000)}`));
    }, 12_000);
    const look = (): void => {
      const found = frames.find(fits);
      if (found === undefined) return;
      clearTimeout(timeout);
      lookers.delete(look);
      resolve(found);
    };
    lookers.add(look);
    look();
  });
}
