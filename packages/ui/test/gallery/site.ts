import { createServer, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What a hosted page allows: nothing inline, so that no style attribute slips in unseen. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'none'";

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gallery</title><link rel="stylesheet" href="/parley.css"><link rel="stylesheet" href="/page.css"></head>
<body><header><h1>Messages</h1></header><script type="module" src="/page.js"></script></body></html>`;
const pageStyle = `body { margin: 0; } h1 { position: absolute; clip-path: inset(50%); } main { display: block; block-size: 100dvh; }`;

/** A still life in the colours of a number, in place of a listing's picture. */
function drawing(n: number): string {
  const hue = (n * 47) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" width="320" height="240"><rect width="320" height="240" fill="hsl(${hue} 35% 88%)"/><rect y="150" width="320" height="90" fill="hsl(${hue} 25% 76%)"/><path d="M90 105h140c0 52-30 80-70 80s-70-28-70-80z" fill="hsl(${hue} 45% 38%)"/><ellipse cx="160" cy="105" rx="70" ry="13" fill="hsl(${hue} 40% 55%)"/></svg>`;
}

/** Bundles the gallery with React, or with Preact in its place, as the script for other pages is. */
async function bundle(engine: 'react' | 'preact'): Promise<Map<string, string>> {
  const alias = { react: 'preact/compat', 'react-dom': 'preact/compat' };
  const result = await build({
    entryPoints: [here('./page.tsx'), here('../../src/styles/parley.css')],
    outdir: here('./out'),
    entryNames: '[name]',
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    conditions: ['parley-source'],
    define: { 'process.env.NODE_ENV': '"production"' },
    ...(engine === 'preact' && { alias }),
  });
  return new Map(result.outputFiles.map((file) => [file.path.split(/[\\/]/).at(-1) ?? '', file.text]));
}

function answer(response: ServerResponse, type: string, body: string | undefined): void {
  if (body === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body);
}

/** Serves the gallery on a free port of the loopback. */
export async function openGallery(
  engine: 'react' | 'preact' = 'react',
): Promise<{ url: string; close: () => void }> {
  const files = await bundle(engine);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://gallery').pathname;
    const art = /^\/art\/(\d+)\.svg$/.exec(path)?.[1];
    if (path === '/') answer(response, 'text/html; charset=utf-8', page);
    else if (path === '/page.css') answer(response, 'text/css', pageStyle);
    else if (art !== undefined) answer(response, 'image/svg+xml', drawing(Number(art)));
    else answer(response, path.endsWith('.js') ? 'text/javascript' : 'text/css', files.get(path.slice(1)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
