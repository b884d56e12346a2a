import { ProblemError } from '@parley/protocol';
import type { Logger } from 'pino';
import { errorCode } from '../domain/error-code.ts';

/**
 * PostgreSQL's codes: connection lost, shutting down or starting, out of connections, out of time, given up by a process that stood still,
 * only to be read since another server took over. And Node's, of sockets and names.
 */
const codes = /^(08|57P0|57014|25P03|25006|53[0-9]|ECONN|EPIPE|ETIMEDOUT|EHOST|ENETUNREACH|ENOTFOUND|EAI_)/;
/** `pg` gives these no code. */
const messages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** The database could not be reached, or the connection to it broke: another try may do. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The socket of a local server that is gone is a file that is not there.
  if ('syscall' in error && error.syscall === 'connect') return true;
  const code = errorCode(error);
  return code === undefined ? messages.test(error.message) : codes.test(code);
}

/** PostgreSQL's code for a lock that did not come in time. */
export const lockNotAvailable = '55P03';

/**
 * What a caller hears where another try may do: the database is away, or somebody else's transaction holds what this one needs. Null
 * of other errors. The log hears it too.
 */
export function passingProblem(error: unknown, log: Pick<Logger, 'error'>): ProblemError | null {
  if (isUnreachable(error)) {
    log.error({ err: error }, 'the database cannot be reached');
    return new ProblemError(
      'unavailable',
      'The database cannot be reached right now; try again in a moment.',
      {
        retryAfter: 5,
      },
    );
  }
  if (errorCode(error) !== lockNotAvailable) return null;
  log.error({ err: error }, 'another transaction holds what this one needs');
  return new ProblemError('unavailable', 'Somebody else is changing this right now; try again in a moment.', {
    retryAfter: 2,
  });
}
