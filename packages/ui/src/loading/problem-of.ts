import type { Problem } from '@parley/protocol';

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'status' in value &&
    typeof value.status === 'number' &&
    'detail' in value &&
    typeof value.detail === 'string'
  );
}

/** The problem that a failed call carries; one of status 0 when the service was not reached at all. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Error && 'problem' in error && isProblem(error.problem)) return error.problem;
  return { type: 'about:blank', title: 'Not reached', status: 0, detail: '' };
}
