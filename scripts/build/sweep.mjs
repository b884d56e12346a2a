import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { at, root } from './root.mjs';

const folders = [
  'packages/protocol',
  'packages/client',
  'packages/ui',
  'packages/server',
  'examples/marketplace',
  'bench',
];

/**
 * Removes what an earlier build left in the dist folders. Afterwards rather than before, so that a process
 * that starts meanwhile always finds a whole build.
 */
export function sweep(outputs, { keepTypes }) {
  const kept = new Set(outputs);
  for (const folder of folders) {
    const dist = at(folder, 'dist');
    if (!existsSync(dist)) continue;
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      const file = relative(root, join(entry.parentPath, entry.name));
      const isType = keepTypes && /\.d\.ts(\.map)?$/.test(file);
      if (entry.isFile() && !kept.has(file) && !isType) rmSync(join(root, file));
    }
  }
}
