import { setTimeout as sleep } from 'node:timers/promises';
import { mustArrive, type Hint } from './hints.ts';

/** Hints that may wait; what is over it is found in the database, or makes the other nodes resync. */
const maxWaiting = 10_000;
/** Hints that are handed on together. */
const batchSize = 500;

export interface HintQueueOptions {
  /** Hands hints on; a rejection keeps those that are worth another try. */
  readonly handle: (hints: readonly Hint[]) => Promise<void>;
  /** Whether a hint may succeed after its batch failed so. What never can would keep all that is behind it waiting. */
  readonly isWorthRetry: (hint: Hint, error: unknown) => boolean;
  /** Called at the first failure of a row of them. */
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds before the next try, by the failures so far. */
  readonly retryDelay: (failures: number) => number;
}

/** Hands hints on in their order, those that came meanwhile together. */
export interface HintQueue {
  add(hints: readonly Hint[]): void;
  /** Waits at most so many milliseconds for what is queued, and gives up the rest. */
  close(patience: number): Promise<void>;
}

/** A queue that is bounded: while its other end is away it keeps what a database cannot tell, and forgets what passes first. */
export function createHintQueue(options: HintQueueOptions): HintQueue {
  let waiting: Hint[] = [];
  let running: Promise<void> | null = null;
  let closed = false;
  let wake = (): void => undefined;

  async function run(): Promise<void> {
    for (let failures = 0; waiting.length > 0;) {
      const batch = waiting.slice(0, batchSize);
      waiting = waiting.slice(batchSize);
      try {
        await options.handle(batch);
        failures = 0;
      } catch (error) {
        if (failures === 0) options.onFailure(error);
        if (closed) break;
        failures += 1;
        waiting = bounded([...batch.filter((hint) => options.isWorthRetry(hint, error)), ...waiting]);
        await pause(options.retryDelay(failures));
      }
    }
    running = null;
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    add(hints) {
      if (closed || hints.length === 0) return;
      for (const hint of hints) waiting.push(hint);
      waiting = bounded(waiting);
      running ??= run();
    },
    async close(patience) {
      closed = true;
      wake();
      await Promise.race([running, sleep(patience, undefined, { ref: false })]);
      waiting = [];
    },
  };
}

/** Messages are in the database, and what passes is stale: those go first. Where more has to go, the receiver is told that it missed some. */
function bounded(hints: Hint[]): Hint[] {
  if (hints.length <= maxWaiting) return hints;
  const lasting = hints.filter(mustArrive);
  return lasting.length <= maxWaiting / 2 ? lasting : [['i'], ...lasting.filter((hint) => hint[0] === 'b')];
}
