import { randomUUID } from 'node:crypto';
import cors, { type FastifyCorsOptions } from '@fastify/cors';
import { ProblemError, routes } from '@parley/protocol';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import type { Pool } from 'pg';
import { registerUnsubscribe } from '../mail/unsubscribe-pages.ts';
import { trustOf } from './address.ts';
import { addDocs } from './docs.ts';
import { addAttachmentRoutes } from './attachments.ts';
import { answerClientError } from './client-errors.ts';
import { addHealthRoutes } from './health.ts';
import type { HttpObserver } from './observer.ts';
import { addPages } from './pages.ts';
import { sendError, sendProblem } from './problems.ts';
import { addApiRoutes, fastifyPath, type RoutesOptions } from './routes.ts';
import { addSessions } from './sessions.ts';
import { addStaticFiles } from './static-files.ts';
import { compileValidator } from './validation.ts';

export interface HttpOptions extends RoutesOptions {
  readonly pool: Pool;
  /** Routes of a program that shares the address, such as the demo's shop; with them, `/` is theirs. */
  readonly routes?: ((app: FastifyInstance) => Promise<void>) | undefined;
  readonly onAnswer?: HttpObserver | undefined;
  /** Whether the service is about to stop. */
  readonly draining?: (() => boolean) | undefined;
}

/** Bytes of a JSON body. */
const bodyLimit = 1024 * 1024;

/** The HTTP side, complete but not listening yet. */
export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  const { config } = options.context;
  const loggerInstance: FastifyBaseLogger = options.context.log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit,
    trustProxy: trustOf(config),
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    clientErrorHandler: answerClientError,
    forceCloseConnections: 'idle',
    // A phone on a slow line may take its time over 10 MB.
    requestTimeout: 120_000,
    // The longest parameter is a link's token.
    routerOptions: { maxParamLength: 2_000 },
  });
  app.decorateRequest('asker', null);
  app.setValidatorCompiler(compileValidator);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply.headers(allowHeader(app, request)), notFound(app, request)),
  );
  readJson(app);
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
  });
  answerOptions(app);
  endConnections(app);
  logRequests(app, options.onAnswer);
  await allowOrigins(app, config.allowedOrigins);
  await app.register((scope) => addApi(scope, options));
  addHealthRoutes(app, options.pool, options.draining ?? (() => false));
  await addStaticFiles(app);
  addDocs(app, config.publicUrl);
  addSessions(app, options);
  await registerUnsubscribe(app, options.context);
  addPages(app, config, { home: options.routes === undefined });
  if (options.routes !== undefined) await app.register(options.routes);
  return app;
}

/** Pages of these origins may use the API, and read what it says of an address or a method that it does not have. */
async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const ofApi: FastifyCorsOptions = {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'parley-as'],
    exposedHeaders: ['allow', 'retry-after', 'x-request-id'],
    maxAge: 600,
    strictPreflight: false,
  };
  await app.register(cors, {
    delegator: (request, done) => done(null, request.url.startsWith('/v1/') ? ofApi : { origin: false }),
  });
}

async function addApi(app: FastifyInstance, options: HttpOptions): Promise<void> {
  addApiRoutes(app, options);
  await addAttachmentRoutes(app, options);
}

/** JSON alone. An empty body is none, so that a `DELETE` that says JSON and sends nothing is no error. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:json|[\w.-]+\+json)(?:;|$)/,
    { parseAs: 'string' },
    (request, body: string, done) => {
      if (body === '') done(null, undefined);
      else void parse(request, body, done);
    },
  );
}

/** What an address knows, to who asks for it; a browser's preflight is the API's, answered by CORS. */
function answerOptions(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const isPreflight = request.headers['access-control-request-method'] !== undefined;
    if (request.method !== 'OPTIONS' || isPreflight) return;
    const allow = allowHeader(app, request);
    if (allow['allow'] === undefined) throw notFound(app, request);
    return reply.code(204).headers(allow).send();
  });
}

/** A connection whose last answer comes while the service stops would else stay open, and the service wait for it. */
function endConnections(app: FastifyInstance): void {
  let isStopping = false;
  app.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isStopping) void reply.header('connection', 'close');
  });
}

/** Asked once a second and more by proxies and orchestrators. */
const probes: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** One line a request: its route's pattern, since addresses may carry tokens. */
function logRequests(app: FastifyInstance, onAnswer?: HttpObserver): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const { statusCode: status, elapsedTime: milliseconds } = reply;
    const route = request.routeOptions.url ?? 'unknown';
    onAnswer?.({ method, route, status, milliseconds });
    const level = probes.has(route) ? 'debug' : status >= 500 ? 'warn' : 'info';
    request.log[level]({ method, route, status, ms: Math.round(milliseconds * 10) / 10 }, 'request');
  });
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const apiPatterns = Object.values(routes).map(([method, path]) => ({
  method,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  url: fastifyPath(path),
}));

/** The methods that an address knows, where it knows any. */
function knownMethods(app: FastifyInstance, { url }: FastifyRequest): string[] {
  const path = url.split('?', 1)[0] ?? '';
  const ofApi = apiPatterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  if (ofApi.length > 0) return [...new Set(ofApi)];
  // Fastify would take these for a pattern's, and throws where it is a bad one.
  return /[*:(]/.test(path) ? [] : methods.filter((method) => app.hasRoute({ method, url: path }));
}

function allowHeader(app: FastifyInstance, request: FastifyRequest): Record<string, string> {
  const known = knownMethods(app, request);
  return known.length === 0 ? {} : { allow: known.join(', ') };
}

function notFound(app: FastifyInstance, request: FastifyRequest): ProblemError {
  const known = knownMethods(app, request);
  if (known.length === 0 || known.includes(request.method))
    return new ProblemError('not-found', 'There is nothing at this address. /docs shows what there is.');
  return new ProblemError(
    'method-not-allowed',
    `This address knows ${known.join(', ')}, not ${request.method}.`,
  );
}
