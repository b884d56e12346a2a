import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { sendNotice } from './notice-page.ts';

const notBuilt = {
  title: 'The pages are not built yet',
  text: 'This checkout has no built pages. Run npm run build, and load this page again.',
};
const folder = publicFolder();

/** Lets `sendBuilt` and `sendPage` answer. */
export async function addStaticFiles(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true });
}

/** Sends a file of the build: as brotli or gzip to who takes it, where the build made one, with an ETag of its own. */
export function sendBuilt(reply: FastifyReply, file: string, cacheControl: string): FastifyReply {
  return reply
    .headers({ 'cache-control': cacheControl, vary: 'accept-encoding' })
    .sendFile(file, folder, { cacheControl: false });
}

/** Sends a page of the build, or one that says that there is no build. */
export function sendPage(reply: FastifyReply, file: string): FastifyReply {
  return existsSync(join(folder, file))
    ? sendBuilt(reply, file, 'no-cache')
    : sendNotice(reply, 503, notBuilt);
}

/** Where `scripts/build.mjs` puts the pages: beside the bundle, or in `dist` for who runs from the sources. */
function publicFolder(): string {
  const places = ['./public', '../public', '../../dist/public'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(place)) ?? places[places.length - 1] ?? '';
}
