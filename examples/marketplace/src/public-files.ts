import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { createPictures } from './pictures.ts';

/** Beside `src` and `dist` alike. */
const folder = fileURLToPath(new URL('../public', import.meta.url));

/** The shop's style sheet and icon, and the drawings, as SVG for its pages and as PNG for mails. */
export async function publicFiles(app: FastifyInstance): Promise<void> {
  const art = join(folder, 'art');
  const names = (await readdir(art)).filter((name) => name.endsWith('.svg')).map((name) => name.slice(0, -4));
  const pictures = createPictures(art, new Set(names));

  await app.register(files, { root: folder, decorateReply: false, wildcard: false, maxAge: '5m' });
  app.get<{ Params: { name: string } }>('/art/:name.png', async (request, reply) => {
    const picture = await pictures.png(request.params.name);
    if (!picture) return reply.code(404).send();
    return reply.type('image/png').header('cache-control', 'public, max-age=86400').send(picture);
  });
}
