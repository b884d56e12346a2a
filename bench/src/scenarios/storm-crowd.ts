import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Returner } from './storm-people.ts';

/** How those who were cut come back: spread over 5 s, or as Parley's client does at its first try; `slowly` is for the first time. */
export type Return = 'slowly' | 'spread' | 'at-once';

/** What one of the crowd has come to know. */
export interface Knowledge {
  readonly positions: ReadonlyMap<string, number>;
  readonly gaps: number;
  readonly failed: number;
}

/** What the crowd's thread begins with, is told, and answers. */
export interface CrowdData {
  readonly url: string;
  readonly returners: readonly Returner[];
}
export type Order = Return | 'cut' | 'know';

/** Everybody who is cut and comes back, in a thread of their own: what they cost must not delay what is measured of those who stay. */
export interface Crowd {
  /** Milliseconds from each one's connecting to its being in sync. */
  comeBack(how: Return): Promise<readonly number[]>;
  cut(): Promise<void>;
  /** What each knows. */
  know(): Promise<readonly Knowledge[]>;
  close(): Promise<void>;
}

/** Starts the thread; nobody is connected yet. */
export function startCrowd(workerData: CrowdData): Crowd {
  // From the bundle, not from here.
  const worker = new Worker(new URL('./scenarios/storm-worker.js', import.meta.url), { workerData });
  const tell = async (order: Order): Promise<unknown> => {
    worker.postMessage(order);
    const answers: unknown[] = await once(worker, 'message');
    return answers[0];
  };
  return {
    comeBack: async (how) => listOf(await tell(how), (value) => typeof value === 'number'),
    cut: async () => {
      await tell('cut');
    },
    know: async () => listOf(await tell('know'), isKnowledge),
    close: async () => {
      await worker.terminate();
    },
  };
}

/** @throws where the thread answers something else */
function listOf<T>(answer: unknown, isItem: (value: unknown) => value is T): readonly T[] {
  if (Array.isArray(answer) && answer.every(isItem)) return answer;
  throw new Error('the crowd answers something else than it was asked');
}

function isKnowledge(value: unknown): value is Knowledge {
  return (
    typeof value === 'object' &&
    value !== null &&
    'positions' in value &&
    value.positions instanceof Map &&
    'gaps' in value &&
    'failed' in value
  );
}

/** Whether this is what a crowd's thread begins with. */
export function isCrowdData(value: unknown): value is CrowdData {
  return typeof value === 'object' && value !== null && 'url' in value && 'returners' in value;
}
