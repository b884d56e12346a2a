import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

beforeAll(() => {
  const { status, stderr } = run('scripts/build.mjs', '--if-stale', '--quiet');
  expect(status, stderr).toBe(0);
}, 60_000);

test('the inbox’s first load and the script tag’s script stay under their limits', () => {
  const { status, stdout } = run('scripts/size.mjs');
  expect(status, stdout).toBe(0);
  expect(stdout).toMatch(/^inbox: .* of 120 kB$/m);
  expect(stdout).toMatch(/^embed: .* of 60 kB$/m);
});

test('the inbox’s first load has nothing of the moderation panel', () => {
  const { stdout } = run('scripts/size.mjs');
  const inbox = stdout.slice(0, stdout.indexOf('moderation:'));
  expect(inbox).toContain('hosted/inbox.js');
  expect(inbox).not.toContain('moderation');
});
