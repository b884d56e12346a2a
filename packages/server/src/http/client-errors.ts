import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ProblemError } from '@parley/protocol';
import { problemType } from './problems.ts';

/** Milliseconds for whoever still writes to read the answer. */
const lingering = 2_000;

/** Answers what never became a request. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  // What arrives while it lingers is read by the parser, and each part is an error again.
  if (socket.writableEnded) return;
  if (socket.writable) endWithProblem(socket, problemOf(error.code));
  else socket.destroy();
}

/**
 * Answers with a problem on a socket that no response stands for, and ends it. The connection ends in stages (RFC 9112, 9.6): closed at
 * once while bytes arrive, it would be reset, and the reset may overtake the answer.
 */
export function endWithProblem(socket: Duplex, { problem }: ProblemError): void {
  const body = JSON.stringify(problem);
  const headers = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Connection: close',
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(problem.retryAfter === undefined ? [] : [`Retry-After: ${problem.retryAfter}`]),
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
  const timeout = setTimeout(() => socket.destroy(), lingering);
  socket.once('close', () => clearTimeout(timeout));
}

function problemOf(code: string | undefined): ProblemError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ProblemError('head-too-large', 'The headers may have at most 16 KB together.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ProblemError('too-slow', 'The request did not arrive in time; send it again.');
  return new ProblemError('bad-request', 'This is no HTTP/1.1 request that can be read.');
}
