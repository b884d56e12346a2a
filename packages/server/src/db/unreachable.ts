import { ProblemError } from '@parley/protocol';

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
  if ('code' in error && typeof error.code === 'string') return codes.test(error.code);
  return messages.test(error.message);
}

/** What a caller hears of it. */
export function databaseAway(): ProblemError {
  return new ProblemError('unavailable', 'The database cannot be reached right now; try again in a moment.', {
    retryAfter: 5,
  });
}
