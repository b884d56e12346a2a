/** Something that runs again and again until it is stopped. */
export interface Repeating {
  /** Resolves when what runs right now has ended; nothing runs after that. */
  stop(): Promise<void>;
}

/**
 * Runs `act` and again `milliseconds` after its end, or after what `act` answers where that is sooner. What it throws goes to `fail` and
 * does not end it. The timer does not keep the process alive.
 */
export function repeat(
  milliseconds: number,
  act: () => Promise<number | void>,
  fail: (error: unknown) => void,
): Repeating {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const turn = async () => {
    const wanted = await act().catch((error: unknown) => {
      fail(error);
    });
    if (stopped) return;
    schedule(typeof wanted === 'number' ? Math.min(milliseconds, wanted) : milliseconds);
  };
  const schedule = (delay: number) => {
    timer = setTimeout(() => {
      running = turn();
    }, delay);
    timer.unref();
  };
  schedule(0);
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
