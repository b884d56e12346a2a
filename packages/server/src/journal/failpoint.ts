/** A place where tests let the process die, and how often: the probability, above 0 to 1, each time that it is passed. */
export interface Failpoint {
  readonly place: 'journal.after-commit';
  readonly probability: number;
}

/**
 * What the journal calls between commit and answer: kills this process (`SIGKILL`, so that nothing is tidied up) with the failpoint's
 * probability. Without a failpoint, nothing.
 */
export function createAfterCommit(failpoint: Failpoint | undefined): (() => void) | undefined {
  if (failpoint === undefined) return undefined;
  return () => {
    if (Math.random() < failpoint.probability) process.kill(process.pid, 'SIGKILL');
  };
}
