import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Parley } from '../parley.ts';
import { personaFromCookie } from '../persona.ts';
import { parleySession, signedInBy, signedInByLink, signedInCookie } from './parley-session.ts';

const needSession = new Set(['/inbox', '/inbox/*', '/moderation', '/moderation/*']);

const routeOf = ({ routeOptions }: FastifyRequest) => routeOptions.url ?? '';

/**
 * Lets a visitor of the demo open Parley's own pages without going through the shop: they are signed in as who they are. A real
 * marketplace leads there by a link of its own, as `/go/inbox` does.
 */
export function addHostedPages(app: FastifyInstance, { parley }: { parley: Parley }): void {
  app.addHook('onRequest', async (request, reply) => {
    const route = routeOf(request);
    // The link in an email signs in whom it was sent to, whoever the visitor is; what it opens stays theirs over a reload.
    if (route === '/c/:id') return void reply.header('set-cookie', signedInCookie(signedInByLink));
    if (!needSession.has(route)) return;
    const { cookie } = request.headers;
    const persona = personaFromCookie(cookie);
    const by = signedInBy(cookie);
    if (by === persona.person.id || (by === signedInByLink && route === '/inbox/*')) return;
    return reply
      .header('set-cookie', signedInCookie(persona.person.id))
      .redirect(await parleySession(parley, persona, request.url), 303);
  });
}
