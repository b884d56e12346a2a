import { endpoints, ProblemError, routes, type Endpoint } from '@parley/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context, HostAsker, PersonAsker } from '../actions/action.ts';
import { actions, type ActionName } from '../actions/index.ts';
import { noConversation } from '../actions/seats.ts';
import { whyOutOfScope } from '../domain/scope.ts';
import { identify, whyNotAsk } from './asker.ts';
import type { Authenticator } from './authenticator.ts';
import type { Limiter } from './rate-limit.ts';

type Asker = HostAsker | PersonAsker;

/** What the routes work with. */
export interface RoutesOptions {
  readonly context: Context;
  readonly authenticator: Authenticator;
  readonly limiter: Limiter;
}

/**
 * An action as a route calls it: whom it takes has been checked by `whyNotAsk`, its input by the endpoint's schemas. A method's
 * parameters may be narrower than declared, which is what lets one loop call them all.
 */
interface Runnable {
  run(context: Context, asker: Asker, input: unknown): Promise<unknown>;
}

/** Adds the route of every endpoint whose action is there. */
export function addApiRoutes(app: FastifyInstance, options: RoutesOptions): void {
  const context = { ...options.context, takeOpening: openingsOf(options.limiter) };
  for (const name of actionNames()) addRoute(app, { ...options, context }, name, { run: actions[name] });
}

/** Which opening is one, the action alone can tell. */
function openingsOf(limiter: Limiter): NonNullable<Context['takeOpening']> {
  return (userId) => {
    limiter.require('conversations', userId);
    return () => limiter.giveBack('conversations', userId);
  };
}

/** An opening sends the first text. */
function isSend(name: ActionName): boolean {
  return name === 'sendMessage' || name === 'openConversation';
}

function actionNames(): (keyof typeof actions)[] {
  return Object.keys(actions).filter((name): name is keyof typeof actions => name in actions);
}

/** Fastify's spelling of a path of the table: `{id}` is `:id`. */
export function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function addRoute(app: FastifyInstance, options: RoutesOptions, name: ActionName, action: Runnable): void {
  const [method, path] = routes[name];
  const endpoint: Endpoint = endpoints[name];
  const status = endpoint.status ?? 200;
  app.route({
    method,
    url: fastifyPath(path),
    schema: {
      params: endpoint.params ?? noFields,
      querystring: endpoint.query ?? noFields,
      ...(endpoint.body !== undefined && { body: endpoint.body }),
    },
    onRequest: async (request) => {
      request.asker = await identify(request, options.authenticator, options.limiter);
      const refusal = whyNotAsk(endpoint.asker, request.asker);
      if (refusal !== null) throw refusal;
    },
    handler: async (request, reply) => {
      const asker = requireAsker(request);
      requireScope(asker, name, request);
      if (asker.kind === 'person' && isSend(name)) options.limiter.require('sends', asker.userId);
      const { params, query, body } = request;
      const answer = await action.run(options.context, asker, { params, query, body });
      return send(reply, status, answer);
    },
  });
}

const noFields = { type: 'object', properties: {}, additionalProperties: false };

/** The asker that `onRequest` found. */
export function requireAsker(request: FastifyRequest): Asker {
  if (request.asker === null) throw new Error('A route without an asker');
  return request.asker;
}

/** Refuses what a link's session, which opens one conversation, does not open. */
export function requireScope(
  asker: Asker,
  name: keyof typeof endpoints,
  named: { params: unknown; body: unknown },
): void {
  if (asker.kind !== 'person' || asker.conversationId === undefined) return;
  const code = whyOutOfScope(asker.conversationId, name, named);
  if (code === 'not-found') throw noConversation();
  if (code !== null)
    throw new ProblemError(
      code,
      'Your link opens one conversation alone; sign in to the marketplace for more.',
    );
}

function send(reply: FastifyReply, status: number, answer: unknown): FastifyReply {
  void reply.code(status).header('cache-control', 'no-store');
  if (status === 204) return reply.send();
  return reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(answer);
}

declare module 'fastify' {
  interface FastifyRequest {
    asker: HostAsker | PersonAsker | null;
  }
}
