// Everything that shows that Parley works: `npm test`. Arguments are passed on to vitest: npm test -- packages/protocol
// Closes with one line, such as `412 passed, 0 failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const checks = ['types', 'lint', 'format:check'];

/** Runs a program with its output shown; true when it ended well. */
function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) console.error(error.message);
  return status === 0;
}

const npm = (...args) => run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);

function fail(text) {
  console.error(`\n${text}\n`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

/** The path of a program, or null. */
function find(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}

function findBrowser() {
  const given = process.env.PARLEY_CHROMIUM;
  if (given && !existsSync(given)) fail(`PARLEY_CHROMIUM names ${given}, which does not exist.`);
  return given || (browsers.map(find).find((file) => file !== null) ?? null);
}

/** How to become root here without being asked a password: nothing, sudo, or null where it cannot be done. */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : null;
}

function provideBrowser() {
  const found = findBrowser();
  if (found) return found;
  const prefix = find('apt-get') ? asRoot() : null;
  if (!prefix)
    fail(
      'The browser tests need Chromium: install it, or set PARLEY_CHROMIUM to the path of a Chromium or Chrome.',
    );
  console.log('No Chromium found: installing it with apt-get …');
  const apt = (...args) => run('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]);
  const sudoApt = (...args) => (prefix.length > 0 ? run('sudo', ['-n', 'apt-get', ...args]) : apt(...args));
  const installed = sudoApt('update') && sudoApt('install', '-y', '--no-install-recommends', 'chromium');
  return (installed && findBrowser()) || fail('Chromium could not be installed; see above.');
}

/** The tests of the bus over Redis are skipped without a server; where installing one asks and disturbs nobody, it is installed. */
function provideRedis() {
  const isThere = ['redis-server', 'valkey-server'].some((name) => find(name) !== null);
  if (isThere || process.getuid?.() !== 0 || find('apt-get') === null) return;
  console.log('No Redis found: installing it with apt-get …');
  const apt = (...args) => run('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args]);
  if (!(apt('update') && apt('install', '-y', '--no-install-recommends', 'redis-server')))
    console.log('Redis could not be installed: its tests are skipped.');
}

/** Counts what vitest reports. A file that crashed before or beside its tests counts as one that failed. */
function count(report) {
  const crashed = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + crashed;
  return {
    passed: report.numPassedTests,
    // An error outside of every test, such as an unhandled rejection, is known by `success` alone.
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function runVitest(args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-results-'));
  const file = join(folder, 'results.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  try {
    const ended = run(process.execPath, [vitest, 'run', ...reporters, ...args], env);
    const counts = existsSync(file)
      ? count(JSON.parse(readFileSync(file, 'utf8')))
      : { passed: 0, failed: 1, skipped: 0 };
    if (!ended && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function check() {
  const failed = checks.filter((name) => {
    console.log(`\nChecking ${name} …`);
    return !npm('run', '--silent', name);
  });
  for (const name of failed) console.error(`npm run ${name} found something; see above.`);
  return failed.length;
}

if (!existsSync(join(root, 'node_modules')) && !npm('ci')) fail('npm ci failed; see above.');
const browser = provideBrowser();
console.log(`Browser: ${browser}`);
provideRedis();
if (!run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-stale']))
  fail('The build failed; see above.');

const args = process.argv.slice(2);
const failedChecks = args.length > 0 ? 0 : check();
const { passed, failed, skipped } = runVitest(args, { PARLEY_CHROMIUM: browser });
const total = failed + failedChecks;
console.log(`\n${passed} passed, ${total} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
if (passed + failed === 0) console.error('No test ran.');
process.exit(total > 0 || passed === 0 ? 1 : 0);
