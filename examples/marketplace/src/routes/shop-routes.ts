import type { FastifyInstance } from 'fastify';
import { addDemo } from './demo.ts';
import { addCatalogue, addMessages, addOrders } from './pages.ts';
import type { RoutesOptions } from './visit.ts';

/** This site's own files and nothing else: Parley's elements bring no inline script or style, and need no exception. */
function contentPolicy(shopUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data: ${shopUrl}`,
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

/** The shop's pages. They are there twice: for whom the cookie names, and below `/as/{persona}` for the page with both sides. */
export function addShopRoutes(app: FastifyInstance, options: RoutesOptions): void {
  const policy = contentPolicy(options.shopUrl);
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, new URLSearchParams(body.toString()));
    },
  );
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers({
      'content-security-policy': policy,
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    done();
  });
  for (const prefix of ['', '/as/:as']) {
    addCatalogue(app, prefix, options);
    addOrders(app, prefix, options);
    addMessages(app, prefix, options);
  }
  addDemo(app, options);
}
