#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/cli.js', import.meta.url);
// In a checkout the sources are at hand, and may be newer than what was built of them.
const build = fileURLToPath(new URL('../../../scripts/build.mjs', import.meta.url));
if (existsSync(build)) {
  const { status } = spawnSync(process.execPath, [build, '--if-stale', '--quiet'], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0 && !existsSync(built)) {
    console.error(
      'Parley could not be built; see above. With all dependencies installed (npm ci) it can: npm run build',
    );
    process.exit(1);
  }
}
const { run } = await import(built.href);
process.exit(await run(process.argv.slice(2)));
