import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, type RawData } from 'ws';
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

export function createStormClient(url: string, { token, positions }: Returner): StormClient {
  const faults = { failed: 0, gaps: 0 };
  let socket: WebSocket | null = null;

  /** In order; what came twice is known already, what came too early waits for the sync that is under way. */
  function take(conversationId: string, seqs: readonly number[], synced: boolean): void {
    let known = positions.get(conversationId) ?? 0;
    for (const seq of seqs) {
      if (seq === known + 1) known = seq;
      else if (seq > known && synced) faults.gaps += 1;
      else if (seq > known) early.push([conversationId, seq]);
    }
    positions.set(conversationId, known);
  }
  let early: [string, number][] = [];

  function attempt(): Promise<void> {
    const mine = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime`, { perMessageDeflate: false });
    socket = mine;
    early = [];
    let synced = false;
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error('not in sync within 15 s')), 15_000);
      mine.on('error', reject);
      mine.on('close', (code) => reject(new Error(`closed: ${code}`)));
      mine.on('open', () => mine.send(JSON.stringify({ op: 'auth', ref: 'auth', token })));
      mine.on('message', (data) => {
        const text = toText(data);
        if (text.startsWith('{"op":"message"')) {
          const { message } = JSON.parse(text) as { message: { conversationId: string; seq: number } };
          return take(message.conversationId, [message.seq], synced);
        }
        if (text.startsWith('{"op":"error"')) return reject(new Error(text));
        if (text.startsWith('{"op":"ready"'))
          return mine.send(
            JSON.stringify({ op: 'sync', ref: 'sync', conversations: Object.fromEntries(positions) }),
          );
        if (!text.startsWith('{"op":"sync"')) return;
        const answer = JSON.parse(text) as { conversations: { id: string; messages: { seq: number }[] }[] };
        synced = true;
        for (const { id, messages } of answer.conversations)
          take(
            id,
            messages.map(({ seq }) => seq),
            true,
          );
        for (const [id, seq] of early) take(id, [seq], true);
        clearTimeout(timeout);
        resolve();
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

/** Milliseconds that Parley's client waits after so many failures (`packages/client/src/runtime.ts`). */
export function backoff(failures: number): number {
  return 500 + Math.random() * (Math.min(30_000, 1000 * 2 ** failures) - 500);
}

function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString();
}
