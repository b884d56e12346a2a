import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from './app.ts';

/** Milliseconds from the first signal, and what the configuration adds for draining, to the end at most. */
const deadline = 10_000;

/** Milliseconds between looks at whether the parent is still there. */
const parentCheck = 500;

/**
 * Runs a service until SIGTERM or SIGINT, or behind npm until its parent dies of one; then stops it gracefully and answers the exit
 * code: 0, also where the time of 10 s after draining was too short for what was in hand; 1 when the service could not go on. A second
 * signal ends the process at once.
 */
export async function runUntilStopped(app: App): Promise<number> {
  const end = await Promise.race([
    signalled(),
    app.failed,
    ...(app.context.config.behindNpm ? [orphaned()] : []),
  ]);
  if (end !== null) app.context.log.fatal(end);
  process.once('SIGTERM', exitNow).once('SIGINT', exitNow);
  const closed = app.close().then(() => true);
  const patience = deadline + app.context.config.drainSeconds * 1000;
  const inTime = await Promise.race([closed, sleep(patience, false, { ref: false })]);
  if (!inTime) app.context.log.warn(`Stopped with work in hand after ${patience / 1000} s`);
  return end === null ? 0 : 1;
}

function signalled(): Promise<null> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve(null)).once('SIGINT', () => resolve(null));
  });
}

/** Resolves once the process that started this one is gone. */
async function orphaned(): Promise<null> {
  const parent = process.ppid;
  while (process.ppid === parent) await sleep(parentCheck, undefined, { ref: false });
  return null;
}

function exitNow(): never {
  process.exit(1);
}
