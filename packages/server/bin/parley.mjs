#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli.js', import.meta.url);
if (!existsSync(built)) {
  console.error('Parley is not built yet. Build it: npm run build');
  process.exit(1);
}
const { run } = await import(built.href);
process.exit(await run(process.argv.slice(2)));
