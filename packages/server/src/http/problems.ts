import { ProblemError } from '@parley/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { passingProblem } from '../db/unreachable.ts';
import { errorCode } from '../domain/error-code.ts';
import { InvalidRequest } from './validation.ts';

/** RFC 9457. */
export const problemType = 'application/problem+json; charset=utf-8';

/** Answers an error: a problem as it is, anything else without its insides, which the log has. */
export function sendError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  return sendProblem(reply, toProblem(error, request));
}

/** Answers a problem, with the headers that go with its status. */
export function sendProblem(reply: FastifyReply, { problem }: ProblemError): FastifyReply {
  if (problem.retryAfter !== undefined) void reply.header('retry-after', String(problem.retryAfter));
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type(problemType)
    .serializer(JSON.stringify)
    .send(problem);
}

/** What a caller may know of an error. */
export function toProblem(error: Error, request: Pick<FastifyRequest, 'id' | 'log' | 'raw'>): ProblemError {
  if (error instanceof ProblemError) {
    if (error.problem.status >= 500) request.log.error({ err: error.cause ?? error }, error.message);
    return error;
  }
  if (error instanceof InvalidRequest)
    return new ProblemError('invalid', error.message, { errors: [...error.errors] });
  const known = refusals[errorCode(error) ?? ''];
  if (known !== undefined) return known();
  // Before the database's errors: a connection that the client has broken has the same code as one that the database has.
  if (error === request.raw.errored) {
    request.log.info('the client went away in the middle of its request');
    return new ProblemError('bad-request', 'The request broke off before its end.');
  }
  const passing = passingProblem(error, request.log);
  if (passing !== null) return passing;
  if ('statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500)
    return new ProblemError('bad-request', error.message);
  request.log.error({ err: error }, 'a request failed');
  return new ProblemError('internal', `Something went wrong here. The log has it under ${request.id}.`);
}

const notJson = () => new ProblemError('bad-request', 'The body is not JSON.');
const badMultipart = () =>
  new ProblemError('bad-request', 'The upload must be multipart/form-data with one file, in the field file.');

/** What is said of an upload that is no form. */
export function notMultipart(): ProblemError {
  return new ProblemError(
    'unsupported-type',
    'Send the upload as multipart/form-data, with the file in the field file.',
  );
}

/** Fastify's own refusals, by their codes. */
const refusals: Readonly<Record<string, () => ProblemError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new ProblemError('too-large', 'The body may have at most 1 MB.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ProblemError('unsupported-type', 'The body must be JSON: send Content-Type: application/json.'),
  FST_ERR_CTP_INVALID_JSON_BODY: notJson,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new ProblemError('bad-request', 'The body is not as long as Content-Length says.'),
  FST_ERR_BAD_URL: () => new ProblemError('bad-request', 'The address is not well percent-encoded.'),
  FST_INVALID_MULTIPART_CONTENT_TYPE: notMultipart,
  FST_FILES_LIMIT: badMultipart,
  FST_PARTS_LIMIT: badMultipart,
  FST_FIELDS_LIMIT: badMultipart,
  FST_PROTO_VIOLATION: badMultipart,
};
