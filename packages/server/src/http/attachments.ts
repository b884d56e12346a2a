import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import multipart, { type MultipartFile } from '@fastify/multipart';
import { limits, ProblemError, routes } from '@parley/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findAttachment, noAttachment, tooManyUploads, uploadAttachment } from '../actions/attachments.ts';
import { invalid } from '../domain/invalid.ts';
import { attachmentHeaders } from './attachment-headers.ts';
import { identify, whyNotAsk } from './asker.ts';
import { notMultipart } from './problems.ts';
import { requireAsker, requireScope, type RoutesOptions } from './routes.ts';

/** Uploads that may arrive at once, of all and of one person; each takes disk, none memory. */
const maxArriving = { all: 32, each: 8 };

/** `POST /v1/attachments`, and the signed addresses from which attachments are read back. */
export async function addAttachmentRoutes(app: FastifyInstance, options: RoutesOptions): Promise<void> {
  await app.register(multipart, {
    limits: { fileSize: limits.attachmentBytes, files: 1, fields: 0, parts: 1, headerPairs: 20 },
  });
  addUpload(app, options);
  addDownload(app, options);
}

function addUpload(app: FastifyInstance, { context, authenticator, limiter }: RoutesOptions): void {
  const arriving: string[] = [];
  app.route({
    method: 'POST',
    url: routes.uploadAttachment[1],
    // Above the file's own limit, which answers in words.
    bodyLimit: limits.attachmentBytes + 1024 * 1024,
    schema: { querystring: { type: 'object', additionalProperties: false } },
    onRequest: async (request) => {
      request.asker = await identify(request, authenticator, limiter);
      const refusal = whyNotAsk('person', request.asker);
      if (refusal !== null) throw refusal;
    },
    handler: async (request, reply) => {
      const asker = requireAsker(request);
      requireScope(asker, 'uploadAttachment', { params: null, body: null });
      if (asker.kind !== 'person') throw new Error('An upload without a person');
      refuseCrowd(arriving, asker.userId);
      arriving.push(asker.userId);
      try {
        const answer = await withReceived(request, (upload) => uploadAttachment(context, asker, upload));
        return await reply.header('cache-control', 'no-store').send(answer);
      } finally {
        arriving.splice(arriving.indexOf(asker.userId), 1);
      }
    },
  });
}

/** One's own limit comes first: who exceeds it is to wait even where all others would have room. */
function refuseCrowd(arriving: readonly string[], userId: string): void {
  const own = arriving.filter((each) => each === userId).length;
  if (own >= maxArriving.each)
    throw new ProblemError(
      'too-many',
      `You have ${own} uploads on their way, as many as are taken at once; try again in a moment.`,
      { retryAfter: 2 },
    );
  if (arriving.length >= maxArriving.all) throw tooManyUploads();
}

/** Streams the one file to disk, hands it on, and removes it. */
async function withReceived<T>(
  request: FastifyRequest,
  use: (upload: { path: string; name: string }) => Promise<T>,
): Promise<T> {
  if (!request.isMultipart()) throw notMultipart();
  const folder = await mkdtemp(join(tmpdir(), 'parley-upload-'));
  try {
    const path = join(folder, 'file');
    let name: string | undefined;
    // To the end, where a second file is refused by the limit of one.
    for await (const part of request.files()) {
      await receive(part, path);
      // Browsers write a quote in a name as %22 (WHATWG HTML, multipart/form-data).
      name = part.filename.replaceAll('%22', '"');
    }
    if (name === undefined) throw noFile();
    return await use({ path, name });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function noFile(): ProblemError {
  return invalid({ pointer: '/file', detail: 'The upload needs one file, in the field file.' });
}

async function receive(part: MultipartFile, path: string): Promise<void> {
  if (part.fieldname !== 'file') {
    part.file.resume();
    throw noFile();
  }
  await pipeline(part.file, createWriteStream(path, { mode: 0o600 }));
  if (part.file.truncated)
    throw new ProblemError(
      'too-large',
      `The file is larger than ${limits.attachmentBytes / 1024 / 1024} MB, the most that is taken.`,
    );
}

function addDownload(app: FastifyInstance, { context, limiter }: RoutesOptions): void {
  app.get<{ Params: { token: string } }>('/attachments/:token', async (request, reply) => {
    const claims = context.links.verify('attachment', request.params.token);
    if (claims === null) {
      limiter.require('addresses', request.ip);
      throw noAttachment();
    }
    limiter.require('requests', claims.userId);
    const attachment = await findAttachment(context, claims);
    const blob = await context.blobs.get(attachment.key);
    if (blob === null) throw noAttachment();
    return reply.headers(attachmentHeaders(attachment, blob.size)).send(blob.stream);
  });
}
