import type { FastifyInstance } from 'fastify';
import { homePage } from '../pages/home.ts';
import { listingPage } from '../pages/listing.ts';
import { messagesPage } from '../pages/messages.ts';
import { ordersPage } from '../pages/orders.ts';
import { findListing, isCategory } from '../shop/catalogue.ts';
import { personaOf, sendNotFound, sendPage, visitOf, type Address, type RoutesOptions } from './visit.ts';

/** What there is to buy. */
export function addCatalogue(app: FastifyInstance, prefix: string, options: RoutesOptions): void {
  app.get<Address>(`${prefix}/`, (request, reply) => sendPage(reply, homePage(visitOf(request, options))));

  app.get<Address>(`${prefix}/categories/:id`, (request, reply) => {
    const { id = '' } = request.params;
    if (!isCategory(id)) return sendNotFound(request, reply, options);
    return sendPage(reply, homePage(visitOf(request, options), id));
  });

  app.get<Address>(`${prefix}/listings/:id`, (request, reply) => {
    const listing = findListing(request.params.id ?? '');
    if (!listing) return sendNotFound(request, reply, options);
    return sendPage(reply, listingPage(visitOf(request, options), listing));
  });
}

/** Buying, and what becomes of it. */
export function addOrders(app: FastifyInstance, prefix: string, options: RoutesOptions): void {
  const { shop } = options;

  app.post<Address>(`${prefix}/listings/:id/buy`, async (request, reply) => {
    const listing = findListing(request.params.id ?? '');
    if (!listing) return sendNotFound(request, reply, options);
    const { base, persona } = visitOf(request, options);
    const { id, number } = await shop.buy(persona.person, listing);
    return reply.redirect(`${base}/orders?placed=${number}#${id}`, 303);
  });

  app.get<Address>(`${prefix}/orders`, (request, reply) => {
    const visit = visitOf(request, options);
    const orders = shop.ordersOf(visit.persona.person);
    return sendPage(reply, ordersPage(visit, orders, request.query.placed));
  });

  app.post<Address>(`${prefix}/orders/:id`, async (request, reply) => {
    const { base, persona } = visitOf(request, options);
    const order = await shop.step(persona.person, request.params.id ?? '', request.body?.get('status') ?? '');
    return reply.redirect(order ? `${base}/orders#${order.id}` : `${base}/orders`, 303);
  });
}

/** Parley's part: the page with its inbox, and the tokens that its elements fetch. */
export function addMessages(app: FastifyInstance, prefix: string, options: RoutesOptions): void {
  app.get<Address>(`${prefix}/messages`, (request, reply) =>
    sendPage(reply, messagesPage(visitOf(request, options))),
  );

  // For whoever is signed in at the shop, and for nobody else. A real shop asks its own session here.
  app.get<Address>(`${prefix}/parley-token`, async (request, reply) => {
    const token = await options.parley.signToken(personaOf(request).person);
    return reply.header('cache-control', 'no-store').send({ token });
  });
}
