import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the service allows its pages: nothing inline. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'";

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Panels</title><link rel="stylesheet" href="/parley.css"><link rel="stylesheet" href="/moderation.css"><link rel="stylesheet" href="/page.css"></head>
<body><script type="module" src="/page.js"></script></body></html>`;
/** A marketplace's page with Parley's elements, and styles that would spoil them if they were not sealed. */
const elementsPage = (
  script: string,
  inbox: string,
) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title><link rel="stylesheet" href="/host.css">${script}</head>
<body><main class="shop"><h1>Pottery Bowl</h1><p>Messages <parley-unread></parley-unread></p>
<parley-contact listing-id="bowl" label="Ask the maker" questions='["Is it deep enough for soup?"]' labels='{"contact.send":"Off it goes"}'></parley-contact>
${inbox}</main></body></html>`;
const hostStyle = `body { margin: 0; font-family: sans-serif; } button, textarea, a { color: rgb(255, 0, 0) !important; border: 9px dotted lime !important; } parley-inbox { block-size: 640px; }`;

const pageStyle = `:root { color-scheme: light dark; background: Canvas; color: CanvasText; } body { margin: 0; font-family: sans-serif; } .shop { padding: 24px; }`;

function drawing(n: number): string {
  const hue = (n * 47) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" width="320" height="240"><rect width="320" height="240" fill="hsl(${hue} 35% 88%)"/><path d="M90 105h140c0 52-30 80-70 80s-70-28-70-80z" fill="hsl(${hue} 45% 38%)"/></svg>`;
}

const dist = (name: string) => readFileSync(here(`../../../server/dist/public/${name}`), 'utf8');

/** What the service would serve beside the panels: the built script, the hosted pages, a session that there is or not. */
function built(
  path: string,
  request: IncomingMessage,
  session: Session,
): [type: string, body: string, status?: number] | null {
  const asset = /^\/assets\/([\w./-]+)$/.exec(path)?.[1];
  if (asset !== undefined)
    return [
      asset.endsWith('.css') ? 'text/css' : asset.endsWith('.svg') ? 'image/svg+xml' : 'text/javascript',
      dist(`assets/${asset}`),
    ];
  if (path === '/embed.js') return ['text/javascript', dist('embed.js')];
  if (path === '/parley-token') return ['application/json', JSON.stringify({ token: 'token-of-john' })];
  if (path === '/session/token' && request.method === 'POST')
    return ['application/json', '{}', session.status];
  if (path.startsWith('/v1/')) {
    session.tokens.push(request.headers.authorization ?? '');
    return [
      'application/problem+json',
      JSON.stringify({ type: '/problems/unavailable', title: 'Not here', status: 503, detail: '' }),
      503,
    ];
  }
  return null;
}

/** What `/session/token` answers, and the tokens that came with calls. */
export interface Session {
  status: number;
  tokens: string[];
}

async function bundle(): Promise<Map<string, string>> {
  const result = await build({
    entryPoints: {
      page: here('./page.tsx'),
      elements: here('./elements-page.ts'),
      parley: here('../../src/styles/parley.css'),
      moderation: here('../../src/moderation/moderation.css'),
    },
    outdir: here('./out'),
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    conditions: ['parley-source'],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return new Map(result.outputFiles.map((file) => [file.path.split(/[\\/]/).at(-1) ?? '', file.text]));
}

const send = (response: ServerResponse, type: string, body: string, status = 200) =>
  response.writeHead(status, { 'content-type': type, 'content-security-policy': policy }).end(body);

/** Serves the panels on a free port of the loopback: `/` the contact button, `/moderation…` the panel. */
export async function openPanels(): Promise<{ url: string; close: () => void; session: Session }> {
  const files = await bundle();
  const session: Session = { status: 401, tokens: [] };
  const embed = '<script src="/embed.js"></script><script type="module" src="/elements.js"></script>';
  const configured = '<script src="/embed.js" data-token-url="/parley-token"></script>';
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://panels').pathname;
    const art = /^\/art\/(\d+)\.svg$/.exec(path)?.[1];
    const file = files.get(path.slice(1));
    const made = built(path, request, session);
    if (art !== undefined) send(response, 'image/svg+xml', drawing(Number(art)));
    else if (made) send(response, ...made);
    else if (path === '/elements')
      send(response, 'text/html; charset=utf-8', elementsPage(embed, '<parley-inbox></parley-inbox>'));
    else if (path === '/configured') send(response, 'text/html; charset=utf-8', elementsPage(configured, ''));
    else if (path === '/host.css') send(response, 'text/css', hostStyle);
    else if (/^\/(inbox|c)\//.test(`${path}/`))
      send(response, 'text/html; charset=utf-8', dist('inbox.html'));
    else if (path === '/page.css') send(response, 'text/css', pageStyle);
    else if (file !== undefined) send(response, path.endsWith('.js') ? 'text/javascript' : 'text/css', file);
    else send(response, 'text/html; charset=utf-8', page);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close(), session };
}
