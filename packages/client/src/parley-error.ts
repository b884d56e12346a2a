import type { Problem } from '@parley/protocol';

/** What every failed call rejects with. `problem.status` is 0 where the service was not reached at all. */
export class ParleyError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ParleyError';
  }
}

/** The error of a call that got no answer: no network, or the connection ended first. */
export function notReached(detail = ''): ParleyError {
  return new ParleyError({ type: 'about:blank', title: 'Not reached', status: 0, detail });
}

/** The problem that a failed call carries; whatever else was thrown is one of status 0. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Error && 'problem' in error && isProblem(error.problem)) return error.problem;
  return notReached(error instanceof Error ? error.message : '').problem;
}

/** Whether another try, later and unchanged, may well succeed: no answer, too many, or a fault of the service's. */
export function isPassing({ status }: Problem): boolean {
  return status === 0 || status === 401 || status === 429 || status >= 500;
}

export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    typeof value.status === 'number' &&
    'detail' in value &&
    typeof value.detail === 'string'
  );
}
