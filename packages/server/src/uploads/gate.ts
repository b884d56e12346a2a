import { ProblemError } from '@parley/protocol';

/** Lets few work at a time, and few wait. */
export interface Gate {
  /** @throws {ProblemError} `unavailable` with `retryAfter` when too many wait already */
  pass<T>(work: () => Promise<T>): Promise<T>;
}

export function createGate(limits: { working: number; waiting: number }): Gate {
  let working = 0;
  const waiting: (() => void)[] = [];

  return {
    async pass(work) {
      if (working >= limits.working) {
        if (waiting.length >= limits.waiting)
          throw new ProblemError('unavailable', 'Too many uploads at once; try again in a moment.', {
            retryAfter: 2,
          });
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else working += 1;
      try {
        return await work();
      } finally {
        // The place goes to the next in line, or is free.
        const next = waiting.shift();
        if (next === undefined) working -= 1;
        else next();
      }
    },
  };
}
