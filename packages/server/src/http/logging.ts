import { pino, type DestinationStream, type Logger } from 'pino';
import { sqlState } from '../db/transact.ts';

/** PostgreSQL's class of errors about values: their messages quote what somebody wrote. */
const dataErrors = /^(22|23)/;

/** The service's log: JSON lines without texts of messages, tokens or email addresses. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: serializeError },
    redact: {
      paths: [
        'authorization',
        'cookie',
        'token',
        'email',
        'text',
        'body',
        '*.authorization',
        '*.cookie',
        '*.token',
        '*.email',
        '*.text',
        '*.body',
      ],
      censor: '[redacted]',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What an error may say in the log. PostgreSQL's `detail` and `where` quote rows, and so are left out. */
export function serializeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: typeof error };
  const code = sqlState(error);
  const quotes = dataErrors.test(code);
  const stack = error.stack ?? '';
  const frames = stack.indexOf('\n    at ');
  return {
    type: error.name,
    message: quotes ? 'a value that the database refuses' : error.message,
    ...(code !== '' && { code }),
    ...('constraint' in error && typeof error.constraint === 'string' && { constraint: error.constraint }),
    // Without its first lines, which repeat the message.
    ...(frames >= 0 && { stack: stack.slice(frames + 1) }),
    ...(error.cause !== undefined && { cause: serializeError(error.cause) }),
  };
}
