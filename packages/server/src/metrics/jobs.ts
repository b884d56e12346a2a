import type { Registry } from 'prom-client';
import type { JobsObserver } from '../jobs/observer.ts';
import { createTally } from './tally.ts';

/** Counts jobs and notifications by what came of them. */
export function observeJobs(registry: Registry): JobsObserver {
  const jobs = createTally({
    name: 'parley_jobs_total',
    help: 'Tries at jobs: done, retried (it failed and is tried again), failed (for good)',
    labels: ['task', 'outcome'],
    registry,
  });
  const notifications = createTally({
    name: 'parley_notifications_total',
    help: 'Emails and other notifications: sent, skipped (read meanwhile), delayed (tried again), failed (for good)',
    labels: ['channel', 'outcome'],
    registry,
  });
  return {
    onJob: (task, outcome) => jobs([task, outcome]),
    onNotification: (channel, outcome) => notifications([channel, outcome]),
  };
}
