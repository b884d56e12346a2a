// Builds everything into the packages' dist folders.
//   node scripts/build.mjs             all of it
//   node scripts/build.mjs --if-stale  only when a source changed since the last build, or an output is gone
//   node scripts/build.mjs --types     type declarations as well, for publishing
import { performance } from 'node:perf_hooks';
import { build } from 'esbuild';
import { hashInputs, isFresh, writeStamp } from './build/stamp.mjs';
import { copyMigrations, publishPages } from './build/files.mjs';
import { sweep } from './build/sweep.mjs';
import { targets } from './build/targets.mjs';
import { emitTypes } from './build/types.mjs';

const flags = new Set(process.argv.slice(2));
for (const flag of flags) {
  if (!['--if-stale', '--types', '--quiet'].includes(flag)) {
    console.error(`Unknown flag ${flag}. Known: --if-stale, --types, --quiet.`);
    process.exit(2);
  }
}

const say = (text) => flags.has('--quiet') || console.log(text);

async function main() {
  const started = performance.now();
  const inputs = hashInputs();
  if (flags.has('--if-stale') && isFresh(inputs)) return say('Build is up to date.');

  const settled = await Promise.allSettled(targets().map((options) => build({ ...options, metafile: true })));
  const results = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const outputs = results.flatMap(({ metafile }) => Object.keys(metafile.outputs));
  outputs.push(...(await publishPages(results.map(({ metafile }) => metafile))), ...copyMigrations());
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  sweep(outputs, { keepTypes: true });
  if (flags.has('--types')) emitTypes();
  writeStamp(inputs, outputs);
  say(`Built ${outputs.length} files in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}

try {
  await main();
} catch (error) {
  // esbuild has printed its own messages; anything else is said here.
  if (!Array.isArray(error?.errors)) console.error(error);
  process.exit(1);
}
