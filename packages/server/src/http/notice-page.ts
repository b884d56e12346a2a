import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

// One hand with the pages that an email leads to: a card, in the system's own face.
const style = `:root{color-scheme:light dark}
*{box-sizing:border-box}
body{display:grid;place-items:center;min-height:100vh;min-height:100dvh;margin:0;padding:24px 16px;background:light-dark(#f6f7f8,#0e1013);color:light-dark(#171b21,#eceff2);font:400 15px/22px ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{width:100%;max-width:440px;padding:32px;border:1px solid light-dark(#e1e4e8,#2e343b);border-radius:16px;background:light-dark(#fff,#15181c)}
h1{margin:0 0 8px;font-size:20px;line-height:28px;letter-spacing:-.02em}
p{margin:0;color:light-dark(#566070,#a3adb9)}`;
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
