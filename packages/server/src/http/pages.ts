import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '../config.ts';
import { sendNotice } from './notice-page.ts';

const notBuilt = {
  title: 'The pages are not built yet',
  text: 'This checkout has no built pages. Run npm run build, and load this page again.',
};
/** Addresses of each hosted page; what comes after them is the page's own affair. */
const pages = {
  'inbox.html': ['/inbox', '/inbox/*', '/c/:id'],
  'moderation.html': ['/moderation', '/moderation/*'],
} as const;

/** The hosted pages, their scripts and styles, and the script-tag embed. */
export async function addPages(
  app: FastifyInstance,
  config: Pick<Config, 'publicUrl' | 'allowedOrigins'>,
  options: { home: boolean },
): Promise<void> {
  const folder = publicFolder();
  await app.register(fastifyStatic, { root: folder, serve: false, decorateReply: true });
  const policy = contentPolicy(config);
  for (const [file, addresses] of Object.entries(pages))
    for (const address of addresses)
      app.get(address, (_request, reply) => {
        if (!existsSync(join(folder, file))) return sendNotice(reply, 503, notBuilt);
        return sendFile(reply.headers(pageHeaders(policy)), folder, file, 'no-cache');
      });
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => {
    const name = request.params['*'];
    return sendFile(reply, folder, `assets/${name}`, name.startsWith('chunks/') ? hashed : 'no-cache');
  });
  for (const file of ['embed.js', 'embed.js.map'])
    app.get(`/${file}`, (_request, reply) =>
      sendFile(
        reply
          .header('cross-origin-resource-policy', 'cross-origin')
          .header('access-control-allow-origin', '*'),
        folder,
        file,
        'public, max-age=300',
      ),
    );
  // Browsers ask for it beside every page that names none, such as the API's.
  app.get('/favicon.ico', (_request, reply) =>
    sendFile(reply, folder, 'assets/icon.svg', 'public, max-age=86400'),
  );
  if (options.home) app.get('/', (_request, reply) => reply.redirect('/inbox', 302));
}

/** For files whose name says their content. */
const hashed = 'public, max-age=31536000, immutable';

function sendFile(reply: FastifyReply, folder: string, file: string, cacheControl: string): FastifyReply {
  return reply.header('cache-control', cacheControl).sendFile(file, folder, { cacheControl: false });
}

/** Where `scripts/build.mjs` puts the pages: beside the bundle, or in `dist` for who runs from the sources. */
function publicFolder(): string {
  const places = ['./public', '../public', '../../dist/public'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(place)) ?? places[places.length - 1] ?? '';
}

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
