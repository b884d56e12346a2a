import { ProblemError, type FieldError } from '@parley/protocol';

/**
 * A problem of some fields, told by the first of them; `pointer` is a JSON pointer into the body, or a query parameter's name.
 */
export function invalid(...errors: [FieldError, ...FieldError[]]): ProblemError {
  return new ProblemError('invalid', errors[0].detail, { errors });
}
