import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { at, exists } from './root.mjs';

const hosted = 'packages/ui/dist/hosted';
const publicFolder = 'packages/server/dist/public';

function copy(from, to) {
  mkdirSync(dirname(at(to)), { recursive: true });
  copyFileSync(at(from), at(to));
  return to;
}

/** What a page loads before it can show anything: its script, all that this imports statically, its sheets. */
function firstLoad(outputs, entry) {
  const files = new Set();
  const visit = (file) => {
    if (files.has(file) || outputs[file] === undefined) return;
    files.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === 'import-statement') visit(path);
  };
  visit(entry);
  return [...files];
}

const gzipped = (file) => gzipSync(readFileSync(at(file)), { level: 9 }).length;

/** Which files each first load is made of, with their size in bytes gzipped; `scripts/size.mjs` holds the limits. */
function writeSizes(outputs) {
  const loads = {
    inbox: [...firstLoad(outputs, `${hosted}/inbox.js`), `${hosted}/hosted.css`],
    moderation: [
      ...firstLoad(outputs, `${hosted}/moderation.js`),
      `${hosted}/hosted.css`,
      `${hosted}/moderation.css`,
    ],
    embed: ['packages/ui/dist/embed.js'],
  };
  const sizes = Object.fromEntries(
    Object.entries(loads).map(([name, files]) => [
      name,
      files.map((file) => ({ file, bytes: gzipped(file) })),
    ]),
  );
  const file = 'packages/ui/dist/sizes.json';
  writeFileSync(at(file), `${JSON.stringify(sizes, null, 2)}\n`);
  return file;
}

/** Puts the hosted pages and the script tag's script where the server serves them from. Returns what was written. */
export function publishPages(metafiles) {
  const outputs = Object.assign({}, ...metafiles.map((meta) => meta.outputs));
  if (outputs[`${hosted}/inbox.js`] === undefined) return [];
  const assets = Object.keys(outputs).filter((file) => file.startsWith(`${hosted}/`));
  const pages = ['inbox.html', 'moderation.html'];
  return [
    ...assets.map((file) => copy(file, join(publicFolder, 'assets', file.slice(hosted.length + 1)))),
    ...['embed.js', 'embed.js.map'].map((name) => copy(`packages/ui/dist/${name}`, join(publicFolder, name))),
    ...pages.map((name) => copy(`packages/ui/src/hosted/${name}`, join(publicFolder, name))),
    copy('packages/ui/src/hosted/icon.svg', join(publicFolder, 'assets', 'icon.svg')),
    writeSizes(outputs),
  ];
}

/** The migrations travel beside the bundle, as files. Returns what was written. */
export function copyMigrations() {
  const from = 'packages/server/src/db/migrations';
  if (!exists(from)) return [];
  const to = 'packages/server/dist/migrations';
  cpSync(at(from), at(to), { recursive: true });
  return readdirSync(at(from)).map((name) => join(to, basename(name)));
}
