import { useSyncExternalStore } from 'react';

const step = 30_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, step);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const halfMinute = () => Math.ceil(Date.now() / step) * step;

/** The time in milliseconds, in steps of 30 s: one clock for everything that says how long ago something was. */
export const useNow = (): number => useSyncExternalStore(subscribe, halfMinute, halfMinute);
