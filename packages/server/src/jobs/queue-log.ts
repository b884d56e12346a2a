import { Logger, type LogLevel } from 'graphile-worker';
import type { Logger as Log } from 'pino';

type Level = 'error' | 'warn' | 'debug' | 'trace';
const levels: Readonly<Record<`${LogLevel}`, Level>> = {
  error: 'error',
  warning: 'warn',
  info: 'debug',
  debug: 'trace',
};

/** The queue's logger over the process's. What it says of every job is for debugging; `meta` is left out, since it holds payloads. */
export function queueLog(log: Log): Logger {
  return new Logger((scope) => (level, message) => {
    log[levels[level]]({ task: scope.taskIdentifier, job: scope.jobId }, `Queue: ${message}`);
  });
}
