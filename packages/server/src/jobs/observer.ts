/** Hears what comes of background work, for measurements. It must be quick, and must not throw. */
export interface JobsObserver {
  readonly onJob: (task: string, outcome: 'done' | 'retried' | 'failed') => void;
  readonly onNotification: (channel: string, outcome: 'sent' | 'skipped' | 'delayed' | 'failed') => void;
}
