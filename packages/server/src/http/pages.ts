import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { sendBuilt, sendPage } from './static-files.ts';

/** Addresses of each hosted page; what comes after them is the page's own affair. */
const pages = {
  'inbox.html': ['/inbox', '/inbox/*', '/c/:id'],
  'moderation.html': ['/moderation', '/moderation/*'],
} as const;

/** The hosted pages, their scripts and styles, and the script-tag embed. */
export function addPages(
  app: FastifyInstance,
  config: Pick<Config, 'publicUrl' | 'allowedOrigins'>,
  options: { home: boolean },
): void {
  const headers = pageHeaders(contentPolicy(config));
  for (const [file, addresses] of Object.entries(pages))
    for (const address of addresses)
      app.get(address, (_request, reply) => sendPage(reply.headers(headers), file));
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => {
    const name = request.params['*'];
    return sendBuilt(reply, `assets/${name}`, name.startsWith('chunks/') ? hashed : 'no-cache');
  });
  for (const file of ['embed.js', 'embed.js.map'])
    app.get(`/${file}`, (_request, reply) =>
      sendBuilt(reply.headers(forOthers), file, 'public, max-age=300'),
    );
  // Browsers ask for it beside every page that names none, such as the API's.
  app.get('/favicon.ico', (_request, reply) => sendBuilt(reply, 'assets/icon.svg', 'public, max-age=86400'));
  if (options.home) app.get('/', (_request, reply) => reply.redirect('/inbox', 302));
}

/** For files whose name says their content. */
const hashed = 'public, max-age=31536000, immutable';
/** The script tag stands in pages of other origins. */
const forOthers = { 'cross-origin-resource-policy': 'cross-origin', 'access-control-allow-origin': '*' };

function pageHeaders(policy: string): Record<string, string> {
  return { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' };
}

/** Nothing but the service's own scripts and styles; pictures also from where the marketplace keeps its own. */
function contentPolicy({ publicUrl, allowedOrigins }: Pick<Config, 'publicUrl' | 'allowedOrigins'>): string {
  const origins = allowedOrigins.join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    `img-src 'self' blob: data: https: ${origins}`,
    `connect-src 'self' ${publicUrl} ${publicUrl.replace(/^http/, 'ws')}`,
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors 'self' ${origins}`,
  ].join('; ');
}
