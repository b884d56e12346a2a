import { createServer, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the service allows its pages: nothing inline. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'";

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Panels</title><link rel="stylesheet" href="/parley.css"><link rel="stylesheet" href="/moderation.css"><link rel="stylesheet" href="/page.css"></head>
<body><script type="module" src="/page.js"></script></body></html>`;
const pageStyle = `:root { color-scheme: light dark; background: Canvas; color: CanvasText; } body { margin: 0; font-family: sans-serif; } .shop { padding: 24px; }`;

function drawing(n: number): string {
  const hue = (n * 47) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" width="320" height="240"><rect width="320" height="240" fill="hsl(${hue} 35% 88%)"/><path d="M90 105h140c0 52-30 80-70 80s-70-28-70-80z" fill="hsl(${hue} 45% 38%)"/></svg>`;
}

async function bundle(): Promise<Map<string, string>> {
  const result = await build({
    entryPoints: {
      page: here('./page.tsx'),
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

const send = (response: ServerResponse, type: string, body: string) =>
  response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body);

/** Serves the panels on a free port of the loopback: `/` the contact button, `/moderation…` the panel. */
export async function openPanels(): Promise<{ url: string; close: () => void }> {
  const files = await bundle();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://panels').pathname;
    const art = /^\/art\/(\d+)\.svg$/.exec(path)?.[1];
    const file = files.get(path.slice(1));
    if (art !== undefined) send(response, 'image/svg+xml', drawing(Number(art)));
    else if (path === '/page.css') send(response, 'text/css', pageStyle);
    else if (file !== undefined) send(response, path.endsWith('.js') ? 'text/javascript' : 'text/css', file);
    else send(response, 'text/html; charset=utf-8', page);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
