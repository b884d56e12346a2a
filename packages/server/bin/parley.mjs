#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/cli.js', import.meta.url);
// In a checkout the sources are at hand, and may be newer than what was built of them. Where only the dependencies of production are
// installed, what was built before counts.
const [build, builder] = ['scripts/build.mjs', 'node_modules/esbuild'].map((path) =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url)),
);
if (existsSync(build) && existsSync(builder))
  spawnSync(process.execPath, [build, '--if-stale', '--quiet'], { stdio: ['ignore', 2, 2] });
if (!existsSync(built)) {
  console.error('Parley is not built. With all dependencies installed (npm ci) it can be: npm run build');
  process.exit(1);
}
const { run } = await import(built.href);
process.exit(await run(process.argv.slice(2)));
