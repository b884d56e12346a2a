import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Parley } from '../parley.ts';
import { personaFromCookie } from '../persona.ts';
import { parleySession, signedInCookie, signedInAs } from './parley-session.ts';

const signedInPages = new Set(['/inbox', '/inbox/*', '/moderation', '/moderation/*']);

/** A link in an email signs in whom it was sent to, whoever the visitor is at the moment. */
const isEmailLink = ({ routeOptions }: FastifyRequest) => routeOptions.url === '/c/:id';

/**
 * Lets a visitor of the demo open Parley's own pages without going through the shop: they are signed in as who they are. A real
 * marketplace leads there by a link of its own, as `/go/inbox` does.
 */
export function addHostedPages(app: FastifyInstance, { parley }: { parley: Parley }): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isEmailLink(request)) return void reply.header('set-cookie', signedInCookie(null));
    if (!signedInPages.has(request.routeOptions.url ?? '')) return;
    const persona = personaFromCookie(request.headers.cookie);
    if (signedInAs(request.headers.cookie) === persona.person.id) return;
    return reply
      .header('set-cookie', signedInCookie(persona))
      .redirect(await parleySession(parley, persona, request.url), 303);
  });
}
