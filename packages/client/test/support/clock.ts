import type { ClientOptions } from '../../src/index.ts';

/** Time that passes when a test says so. */
export interface Clock {
  readonly timers: Required<Pick<ClientOptions, 'setTimeout' | 'clearTimeout'>>;
  /** Milliseconds of the timers that wait, in the order in which they end. */
  waiting(): number[];
  /** Lets time pass, and runs what is due on the way. */
  pass(ms: number): void;
}

export function createClock(): Clock {
  let now = 0;
  let count = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  const next = () => [...timers].sort(([, a], [, b]) => a.at - b.at)[0];
  return {
    timers: {
      setTimeout(run, ms) {
        timers.set((count += 1), { at: now + ms, run });
        return count;
      },
      clearTimeout(timer) {
        if (typeof timer === 'number') timers.delete(timer);
      },
    },
    waiting: () => [...timers.values()].map(({ at }) => at - now).sort((a, b) => a - b),
    pass(ms) {
      const end = now + ms;
      for (let due = next(); due !== undefined && due[1].at <= end; due = next()) {
        now = due[1].at;
        timers.delete(due[0]);
        due[1].run();
      }
      now = end;
    },
  };
}

/** The real clock, so many times as fast. */
export const fast = (times: number): Clock['timers'] => ({
  setTimeout: (run, ms) => setTimeout(run, ms / times),
  clearTimeout: (timer) => {
    if (typeof timer === 'object' && timer !== null && Symbol.toPrimitive in timer)
      clearTimeout(Number(timer));
  },
});
