import { Buffer } from 'node:buffer';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compress, dropForms } from './compress.mjs';
import { at, exists } from './root.mjs';

const hosted = 'packages/ui/dist/hosted';
const publicFolder = 'packages/server/dist/public';

/** Writes what the service serves. What is already there stays, with its compressed forms and its time, which is in its ETag. */
function publish(bytes, to) {
  if (exists(to) && readFileSync(at(to)).equals(bytes)) return to;
  mkdirSync(dirname(at(to)), { recursive: true });
  dropForms(to);
  writeFileSync(at(to), bytes);
  return to;
}

const copy = (from, to) => publish(readFileSync(at(from)), to);

/** What `/docs` is made of, with the licence that it comes under. */
function publishDocs() {
  const { resolve } = createRequire(at('packages/server/package.json'));
  const folder = dirname(resolve('swagger-ui-dist/package.json'));
  return ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE'].map((name) => {
    // The map that the last line names is not served.
    const text = readFileSync(join(folder, name), 'utf8').replace(
      /\n\/[/*]# sourceMappingURL=\S+( \*\/)?\s*$/,
      '\n',
    );
    return publish(Buffer.from(text), join(publicFolder, 'docs', name));
  });
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

/** Puts what the service serves to browsers where it serves it from, compressed as well. Returns what was written. */
export async function publishPages(metafiles) {
  const outputs = Object.assign({}, ...metafiles.map((meta) => meta.outputs));
  if (outputs[`${hosted}/inbox.js`] === undefined) return [];
  const assets = Object.keys(outputs).filter((file) => file.startsWith(`${hosted}/`));
  const pages = ['inbox.html', 'moderation.html'];
  const files = [
    ...assets.map((file) => copy(file, join(publicFolder, 'assets', file.slice(hosted.length + 1)))),
    ...['embed.js', 'embed.js.map'].map((name) => copy(`packages/ui/dist/${name}`, join(publicFolder, name))),
    ...pages.map((name) => copy(`packages/ui/src/hosted/${name}`, join(publicFolder, name))),
    copy('packages/ui/src/hosted/icon.svg', join(publicFolder, 'assets', 'icon.svg')),
    ...publishDocs(),
  ];
  return [...files, ...(await compress(files)), writeSizes(outputs)];
}

/** The migrations travel beside the bundle, as files. Returns what was written. */
export function copyMigrations() {
  const from = 'packages/server/src/db/migrations';
  if (!exists(from)) return [];
  const to = 'packages/server/dist/migrations';
  cpSync(at(from), at(to), { recursive: true });
  return readdirSync(at(from)).map((name) => join(to, basename(name)));
}
