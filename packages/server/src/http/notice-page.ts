import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:0;padding:1.5rem;color:light-dark(#1c1b1a,#eceae7);background:light-dark(#faf9f7,#171615)}main{max-width:32rem}h1{font-size:1.375rem;line-height:1.3;margin:0 0 .5rem}p{margin:0;color:light-dark(#5c5752,#aaa49d)}`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** A page with a few words for a person, where there is no screen to show. The words are our own, never a stranger's. */
export function sendNotice(
  reply: FastifyReply,
  status: number,
  { title, text }: { title: string; text: string },
): FastifyReply {
  return reply
    .code(status)
    .headers({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`,
    })
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style><main><h1>${title}</h1><p>${text}</p></main></html>`,
    );
}
