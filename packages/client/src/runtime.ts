import { createSafeStorage, defaultStorage } from './storage.ts';
import type { ClientOptions, ClientStorage } from './types.ts';

/** What the client needs of the world around it. */
export interface Runtime {
  /** Without a slash at its end. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly webSocket: ((url: string) => WebSocket) | undefined;
  readonly storage: ClientStorage;
  readonly random: () => number;
  /** Runs once after `ms`, unless cancelled by the function that it answers, or ended by `close`. */
  later(run: () => void, ms: number): () => void;
  /** Milliseconds to wait after so many failures in a row: 500 to 30,000, growing, and spread by chance. */
  backoff(failures: number): number;
  close(): void;
}

/** Milliseconds after which what could not be read, and may well be by then, is asked for again. */
export const retryDelay = 5_000;
/** Browsers keep delays in 32 bits. */
const longestDelay = 2 ** 31 - 1;

export function createRuntime(options: ClientOptions): Runtime {
  const start = startTimers(options);
  const random = options.random ?? Math.random;
  const cancels = new Set<() => void>();
  let closed = false;
  return {
    url: absolute(options.url),
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    webSocket: options.webSocket,
    storage: createSafeStorage(options.storage ?? defaultStorage()),
    random,
    later(run, ms) {
      if (closed) return () => undefined;
      const stop = start(
        () => {
          cancels.delete(cancel);
          run();
        },
        Math.min(ms, longestDelay),
      );
      const cancel = () => {
        cancels.delete(cancel);
        stop();
      };
      cancels.add(cancel);
      return cancel;
    },
    backoff: (failures) => 500 + random() * (Math.min(30_000, 1000 * 2 ** failures) - 500),
    close() {
      closed = true;
      for (const cancel of [...cancels]) cancel();
    },
  };
}

/** A page may give a path of its own origin. */
function absolute(url: string): string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  return new URL(url, base).href.replace(/\/+$/, '');
}

/** The timers given, or the global ones: each answers how to stop it. */
function startTimers(options: ClientOptions): (run: () => void, ms: number) => () => void {
  const { setTimeout: set, clearTimeout: clear } = options;
  if (!set)
    return (run, ms) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    };
  return (run, ms) => {
    const timer = set(run, ms);
    return () => clear?.(timer);
  };
}
