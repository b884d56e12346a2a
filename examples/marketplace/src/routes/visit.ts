import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Parley } from '../parley.ts';
import type { Visit } from '../pages/layout.ts';
import { notFoundPage } from '../pages/not-found.ts';
import { findPersona, personaFromCookie, type Persona } from '../persona.ts';
import type { Shop } from '../shop/shop.ts';

/** What the shop's routes work with. */
export interface RoutesOptions {
  readonly shop: Shop;
  readonly parley: Parley;
  /** How many mails of the demo's mailbox nobody has opened. */
  readonly unreadMails: () => number;
  /** The shop's own address. */
  readonly shopUrl: string;
}

/** What the shop's addresses may carry. */
export interface Address {
  Params: { as?: string; id?: string };
  Querystring: { placed?: string };
  Body: URLSearchParams | undefined;
}

export type Request = FastifyRequest<Address>;

/** Who asks: whom the pane's address names, or else the cookie. */
export function personaOf({ params, headers }: Request): Persona {
  return findPersona(params.as) ?? personaFromCookie(headers.cookie);
}

/** Who looks at a page, and in which pane, if any. */
export function visitOf(request: Request, { unreadMails }: RoutesOptions): Visit {
  const pane = findPersona(request.params.as);
  return {
    persona: pane ?? personaOf(request),
    base: pane ? `/as/${pane.person.id}` : '',
    unreadMails: unreadMails(),
  };
}

/** Answers a page. */
export function sendPage(reply: FastifyReply, page: string, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page);
}

/** Answers that there is nothing at this address. */
export function sendNotFound(request: Request, reply: FastifyReply, options: RoutesOptions): FastifyReply {
  return sendPage(reply, notFoundPage(visitOf(request, options)), 404);
}
