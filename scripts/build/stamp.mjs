import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, exists, root } from './root.mjs';

const stamp = at('dist', 'build.json');
const folders = ['packages', 'examples'];

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function inputFiles() {
  const members = folders.flatMap((folder) =>
    exists(folder) ? readdirSync(at(folder)).map((name) => at(folder, name)) : [],
  );
  return [
    ...members.flatMap((member) => [join(member, 'package.json'), ...filesBelow(join(member, 'src'))]),
    ...filesBelow(at('bench', 'src')),
    ...filesBelow(at('scripts', 'build')),
    at('scripts', 'build.mjs'),
    at('package-lock.json'),
    at('tsconfig.base.json'),
  ]
    .filter((file) => existsSync(file))
    .sort();
}

/** A hash of everything that the build reads: by content, since a checkout changes times without changing files. */
export function hashInputs() {
  const hash = createHash('sha256');
  for (const file of inputFiles())
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Whether the last build was of these inputs and all that it wrote is still there. */
export function isFresh(inputs) {
  if (!existsSync(stamp)) return false;
  const last = JSON.parse(readFileSync(stamp, 'utf8'));
  return last.inputs === inputs && last.outputs.every((file) => exists(file));
}

/** Remembers what was built, from which inputs. Paths are relative to the repository's folder. */
export function writeStamp(inputs, outputs) {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, JSON.stringify({ inputs, outputs }));
}
