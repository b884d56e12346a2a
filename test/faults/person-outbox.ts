import type { Message } from '@parley/protocol';
import { toEntry, type Ledger, type Send } from './ledger.ts';
import { answerTime, type PersonLine } from './person-line.ts';

/** What one person sends, again and again under the same key until its outcome is known for good. */
export interface PersonOutbox {
  /** Resolves when it was acknowledged, or refused. */
  send(send: Send): Promise<void>;
  /** Says what waits. */
  flush(): void;
  /** The connection has gone: what it left without an answer waits again. */
  lose(): void;
  /** Answers the milliseconds since the first try, or null for what was not waited for. */
  acknowledge(key: string, message: Message): number | null;
  refuse(key: string): void;
  /** The answer promised nothing: the message may be stored or not, so the same key goes out again. */
  retry(key: string): void;
}

interface Waiting {
  readonly send: Send;
  readonly since: number;
  readonly done: () => void;
  /** Cuts the connection that does not answer; absent while nothing is on its way. */
  timer: NodeJS.Timeout | undefined;
  tries: number;
}

/** Milliseconds before what was answered with a fault of the service's is tried again. */
export const retryTime = 300;

/** An empty one. `line` is what it says things through. */
export function createOutbox(userId: string, ledger: Ledger, line: () => PersonLine): PersonOutbox {
  const outbox = new Map<string, Waiting>();

  function transmit(waiting: Waiting): void {
    if (waiting.timer !== undefined) return;
    const { conversationId, key, text } = waiting.send;
    const cut = line().say({ op: 'send', ref: key, conversationId, clientId: key, text });
    if (cut === null) return;
    waiting.tries += 1;
    waiting.timer = setTimeout(cut, answerTime);
  }

  /** Its answer has not come, or is none. */
  function doubt(waiting: Waiting): void {
    ledger.doubted();
    clearTimeout(waiting.timer);
    waiting.timer = undefined;
  }

  function settle(key: string): Waiting | undefined {
    const waiting = outbox.get(key);
    clearTimeout(waiting?.timer);
    outbox.delete(key);
    return waiting;
  }

  return {
    send: (send) =>
      new Promise((done) => {
        ledger.sending(send);
        const waiting: Waiting = { send, since: performance.now(), done, timer: undefined, tries: 0 };
        outbox.set(send.key, waiting);
        transmit(waiting);
      }),
    flush() {
      for (const waiting of outbox.values()) transmit(waiting);
    },
    lose() {
      for (const waiting of outbox.values()) if (waiting.timer !== undefined) doubt(waiting);
    },
    acknowledge(key, message) {
      const waiting = settle(key);
      // What was sent again may have been stored long ago: its answer is no news in the log's order.
      if (waiting?.tries === 1) ledger.pushed(userId, line().connection(), toEntry(message));
      else ledger.heard(userId, toEntry(message));
      if (waiting === undefined) return null;
      ledger.acknowledged(key, message.seq);
      waiting.done();
      return performance.now() - waiting.since;
    },
    refuse(key) {
      const waiting = settle(key);
      if (waiting === undefined) return;
      ledger.refused(key);
      waiting.done();
    },
    retry(key) {
      const waiting = outbox.get(key);
      if (waiting === undefined) return;
      doubt(waiting);
      setTimeout(() => outbox.has(key) && transmit(waiting), retryTime);
    },
  };
}
