/** Lets tasks run in the order in which they came, some at once. */
export interface Turns {
  take<T>(task: () => Promise<T>): Promise<T>;
}

/** One after the other, unless said. */
export function createTurns(atOnce = 1): Turns {
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
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        end();
      }
    },
  };
}
