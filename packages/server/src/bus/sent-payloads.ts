import { mustArrive, type Hint } from './hints.ts';
import { packHints, writePayload } from './payloads.ts';

/** Payloads that can be sent again. */
const maxKept = 1_000;
/** Milliseconds in which a payload is not sent a second time: several nodes may have missed it at once. */
const repeatPause = 200;
/** How often, and after how many milliseconds, a node says how far it has numbered: what was lost last has no successor to show it. */
const reminders = 3;
const reminderPause = 1_000;

/** What a node has sent, as far as others may ask for it again. */
export interface SentPayloads {
  /** The payloads that carry these hints. What must arrive goes under a number, and is kept. */
  write(hints: readonly Hint[]): string[];
  /** Those of the payloads under these numbers that are kept, without what has passed. */
  again(numbers: readonly number[]): string[];
  /** The last number that was given; 0 before the first. */
  last(): number;
  close(): void;
}

interface Kept {
  readonly payload: string;
  repeatedAt: number;
}

/**
 * Numbers what must arrive, so that its receivers notice what does not come and ask for it (negative acknowledgement, as in RFC 5740):
 * neither `NOTIFY` nor `PUBLISH` tells whether anybody heard. `remind` tells all nodes that
 * numbers were given up to this one.
 */
export function createSentPayloads(node: string, remind: (upto: number) => void): SentPayloads {
  const kept = new Map<number, Kept>();
  let last = 0;
  let left = reminders;
  const timer = setTimeout(tell, reminderPause).unref();

  function tell(): void {
    remind(last);
    left -= 1;
    if (left > 0) timer.refresh();
  }

  function keep(lasting: readonly Hint[]): number {
    last += 1;
    const body = lasting.map((hint) => JSON.stringify(hint)).join();
    kept.set(last, { payload: writePayload(node, last, body), repeatedAt: 0 });
    kept.delete(last - maxKept);
    left = reminders;
    timer.refresh();
    return last;
  }

  return {
    write: (hints) =>
      packHints(hints).map((pack) => {
        const lasting = pack.hints.filter(mustArrive);
        return writePayload(node, lasting.length === 0 ? null : keep(lasting), pack.body);
      }),
    again(numbers) {
      const now = performance.now();
      return numbers.flatMap((number) => {
        const one = kept.get(number);
        if (one === undefined || now - one.repeatedAt < repeatPause) return [];
        one.repeatedAt = now;
        return [one.payload];
      });
    },
    last: () => last,
    close: () => clearTimeout(timer),
  };
}
