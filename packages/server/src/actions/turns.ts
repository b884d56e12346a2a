/** Lets tasks run in the order in which they came, some at once. */
export interface Turns {
  /** Rejects with what `refuse` makes where as many wait as may. */
  take<T>(task: () => Promise<T>): Promise<T>;
}

/** How many may wait for their turn, and what the next one hears. */
export interface Bound {
  readonly waiting: number;
  readonly refuse: () => Error;
}

/** One after the other, unless said; any number may wait, unless bounded. */
export function createTurns(atOnce = 1, bound?: Bound): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;

  function end(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    // What came in meanwhile has its turn first.
    else setImmediate(next);
  }
  return {
    async take(task) {
      if (running < atOnce) running += 1;
      else if (bound !== undefined && waiting.length >= bound.waiting) throw bound.refuse();
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        end();
      }
    },
  };
}
