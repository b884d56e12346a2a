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

export function startCrowd(workerData: CrowdData): Crowd {
  // From the bundle, not from here.
  const worker = new Worker(new URL('./scenarios/storm-worker.js', import.meta.url), { workerData });
  const tell = async (order: Order): Promise<unknown> => {
    worker.postMessage(order);
    const [answer] = (await once(worker, 'message')) as [unknown];
    return answer;
  };
  return {
    comeBack: async (how) => (await tell(how)) as number[],
    cut: async () => {
      await tell('cut');
    },
    know: async () => (await tell('know')) as Knowledge[],
    close: async () => {
      await worker.terminate();
    },
  };
}
