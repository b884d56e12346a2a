import { EventEmitter } from 'node:events';
import { run, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import { createPool } from '../db/pool.ts';
import { livenessTimes, startLiveness } from './liveness.ts';
import { queueLog } from './queue-log.ts';
import type { Task, Work } from './task.ts';

/** Jobs that one process runs at a time. */
const concurrency = 4;
/** Milliseconds that jobs in hand may take once the process is to stop, before their signal aborts. */
const patience = 5_000;

export interface Queue {
  /** Stops taking jobs and resolves when those in hand have ended, within some 6 s. */
  stop(): Promise<void>;
}

/**
 * Starts working on the queue: graphile-worker in this process, over a small pool of its own, its schema migrated first (safe in
 * many processes at once).
 *
 * @param connectionString of the database that holds Parley's tables too: jobs are added in the transactions of what they are about
 */
export async function startQueue(
  work: Work,
  connectionString: string,
  tasks: readonly Task[],
  times = livenessTimes,
): Promise<Queue> {
  const { db, log } = work.context;
  const onConnectionError = (error: Error) => log.warn({ err: error }, 'The queue lost a connection');
  // One of the queue's connections listens, and may be silent for hours.
  const pool = createPool(connectionString, {
    max: 6,
    applicationName: 'parley-jobs',
    watched: false,
    onConnectionError,
  });
  const ready = tasks.filter((task) => task.ready?.(work) ?? true);
  const workers: string[] = [];
  const events: WorkerEvents = new EventEmitter();
  events.on('pool:create', ({ workerPool }) => workers.push(workerPool.id));
  observe(events, work);
  let runner: Runner | undefined;
  try {
    runner = await run({
      pgPool: pool,
      concurrency,
      noHandleSignals: true,
      gracefulShutdownAbortTimeout: patience,
      logger: queueLog(log),
      events,
      crontab: '',
      taskList: taskList(ready, work),
    });
    const running = runner;
    watch(running, log);
    const liveness = await Promise.all(workers.map((id) => startLiveness(db, id, log, times)));
    return {
      stop: async () => {
        try {
          await running.stop();
          await Promise.all(liveness.map((one) => one.stop()));
        } finally {
          await pool.end();
        }
      },
    };
  } catch (error) {
    await runner?.stop();
    await pool.end();
    throw error;
  }
}

function observe(events: WorkerEvents, { observer }: Work): void {
  if (observer === undefined) return;
  events.on('job:success', ({ job }) => observer.onJob(job.task_identifier, 'done'));
  events.on('job:error', ({ job }) =>
    observer.onJob(job.task_identifier, job.attempts < job.max_attempts ? 'retried' : 'failed'),
  );
}

/** A runner that ends by itself must not do so in silence. */
function watch(runner: Runner, log: Work['context']['log']): void {
  runner.promise.catch((error: unknown) => log.error({ err: error }, 'The queue stopped working'));
}

function taskList(tasks: readonly Task[], work: Work): TaskList {
  return Object.fromEntries(
    tasks.map((task) => [
      task.name,
      (
        payload: unknown,
        { job, abortSignal }: { job: { attempts: number; max_attempts: number }; abortSignal: AbortSignal },
      ) => task.run(work, payload, { last: job.attempts >= job.max_attempts, signal: abortSignal }),
    ]),
  );
}
