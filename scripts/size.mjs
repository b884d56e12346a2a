// Holds the sizes of what browsers load first. Prints the figures; exits 1 when one is over its limit.
import { readFileSync } from 'node:fs';

const file = new URL('../packages/ui/dist/sizes.json', import.meta.url);
/** Bytes, gzipped. */
const limits = { inbox: 120_000, embed: 60_000 };

const sizes = JSON.parse(readFileSync(file, 'utf8'));
let over = false;
for (const [name, files] of Object.entries(sizes)) {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const limit = limits[name];
  over ||= limit !== undefined && total > limit;
  const verdict =
    limit === undefined
      ? ''
      : total > limit
        ? `, over its limit of ${limit / 1000} kB`
        : ` of ${limit / 1000} kB`;
  console.log(`${name}: ${(total / 1000).toFixed(1)} kB gzipped${verdict}`);
  for (const part of files) console.log(`  ${(part.bytes / 1000).toFixed(1).padStart(6)} kB  ${part.file}`);
}
process.exitCode = over ? 1 : 0;
