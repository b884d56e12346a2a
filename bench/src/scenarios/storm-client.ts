import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientFrame } from '@parley/protocol';
import { WebSocket } from 'ws';
import { frameText } from '../../../packages/server/src/realtime/frame-text.ts';
import type { Returner } from './storm-people.ts';

/** A connection that is cut and comes back, and knows its conversations as far as sync and pushes have told it. */
export interface StormClient {
  /** Connects, authenticates, and syncs what it knows; resolves when it is in sync. Tries again as Parley's client does. */
  connect(): Promise<void>;
  /** As a cable that is cut. */
  cut(): void;
  readonly positions: ReadonlyMap<string, number>;
  /** Tries that failed, and messages that did not follow the one before. */
  readonly faults: { failed: number; gaps: number };
}

/** One who is not connected yet. */
export function createStormClient(url: string, { token, positions }: Returner): StormClient {
  const faults = { failed: 0, gaps: 0 };
  let socket: WebSocket | null = null;
  let synced = false;
  /** Pushed before the answer to the sync that is under way. */
  let early: Pushed[] = [];

  /** What came twice is known already, what came too early waits for the sync. */
  function take({ conversationId, seq }: Pushed): void {
    const known = positions.get(conversationId) ?? 0;
    positions.set(conversationId, seq === known + 1 ? seq : known);
    if (seq <= known + 1) return;
    if (synced) faults.gaps += 1;
    else early.push({ conversationId, seq });
  }

  function takeSync(text: string): void {
    synced = true;
    for (const pushed of [...readSync(text), ...early]) take(pushed);
  }

  function attempt(): Promise<void> {
    const mine = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime`, { perMessageDeflate: false });
    socket = mine;
    early = [];
    synced = false;
    const say = (frame: ClientFrame): void => mine.send(JSON.stringify(frame));
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error('not in sync within 15 s')), 15_000);
      mine.on('error', reject);
      mine.on('close', (code) => reject(new Error(`closed: ${code}`)));
      mine.on('open', () => say({ op: 'auth', ref: 'auth', token }));
      mine.on('message', (data) => {
        const text = frameText(data);
        if (text.startsWith('{"op":"message"')) take(readPush(text));
        else if (text.startsWith('{"op":"error"')) reject(new Error(text));
        else if (text.startsWith('{"op":"ready"'))
          say({ op: 'sync', ref: 'sync', conversations: Object.fromEntries(positions) });
        else if (text.startsWith('{"op":"sync"')) {
          takeSync(text);
          clearTimeout(timeout);
          resolve();
        }
      });
    });
  }

  return {
    positions,
    faults,
    async connect() {
      for (let failures = 0; ; failures += 1) {
        try {
          await attempt();
          return;
        } catch {
          socket?.terminate();
          faults.failed += 1;
          await sleep(backoff(failures));
        }
      }
    },
    cut: () => socket?.terminate(),
  };
}

/** Where a message stands. */
interface Pushed {
  readonly conversationId: string;
  readonly seq: number;
}

function isPushed(value: unknown): value is Pushed {
  return (
    typeof value === 'object' &&
    value !== null &&
    'conversationId' in value &&
    typeof value.conversationId === 'string' &&
    'seq' in value &&
    typeof value.seq === 'number'
  );
}

function readPush(text: string): Pushed {
  const frame: unknown = JSON.parse(text);
  if (typeof frame === 'object' && frame !== null && 'message' in frame && isPushed(frame.message))
    return frame.message;
  throw new Error(`no message: ${text}`);
}

/** All messages of an answer to `sync`, each log's in its order. */
function readSync(text: string): Pushed[] {
  const frame: unknown = JSON.parse(text);
  if (typeof frame !== 'object' || frame === null || !('conversations' in frame)) return [];
  const missed: unknown[] = Array.isArray(frame.conversations) ? frame.conversations : [];
  return missed.flatMap((one) =>
    typeof one === 'object' && one !== null && 'messages' in one && Array.isArray(one.messages)
      ? one.messages.filter(isPushed)
      : [],
  );
}

/** Milliseconds that Parley's client waits after so many failures (`packages/client/src/runtime.ts`). */
export function backoff(failures: number): number {
  return 500 + Math.random() * (Math.min(30_000, 1000 * 2 ** failures) - 500);
}
