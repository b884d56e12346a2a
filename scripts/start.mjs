// Starts the demo marketplace: `npm start`. See --help.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const help = `Starts the demo marketplace with Parley inside, on one address.

Usage: npm start
       PORT=4001 npm start

  PORT          the port to listen on (4000)
  HOST          the address to listen on (127.0.0.1)
  PARLEY_DATA   the folder that keeps everything (.parley)
  DATABASE_URL  a PostgreSQL 15 or newer, instead of the embedded one

Every variable is in docs/api.md#configuration. Ctrl+C stops the demo; what was written stays.
To begin anew, stop it and remove the folder that PARLEY_DATA names; and the database's, where the start says that it is in another.`;

function fail(text) {
  console.error(`\n${text}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Parley needs Node.js 20.19 or newer; this is ${process.versions.node}. See https://nodejs.org/`);
}

function checkInstalled() {
  if (!existsSync(`${root}node_modules/esbuild`)) fail('The dependencies are missing. Install them: npm ci');
}

function readPort() {
  const text = process.env.PORT || '4000';
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    fail(`PORT is "${text}", which is no port: give a whole number from 1 to 65535.`);
  return port;
}

/** Asked before anything else starts: an answer within a second rather than after PostgreSQL is up. */
function checkPort(port, host) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => {
      const other = port < 65535 ? port + 1 : 4000;
      if (error.code === 'EADDRINUSE')
        fail(`Port ${port} is taken by another program. Choose another one: PORT=${other} npm start`);
      if (error.code === 'EACCES')
        fail(`Port ${port} needs more rights than you have. Choose another one: PORT=4000 npm start`);
      fail(`Cannot listen on ${host}:${port}: ${error.message}`);
    });
    probe.listen(port, host, () => probe.close(resolve));
  });
}

function buildIfStale() {
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.mjs`, '--if-stale'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) fail('The build failed; see above.');
}

const flags = process.argv.slice(2);
if (flags.includes('--help') || flags.includes('-h')) {
  console.log(help);
  process.exit(0);
}
if (flags.length > 0) fail(`Unknown argument ${flags[0]}. See npm start -- --help`);

checkNode();
checkInstalled();
await checkPort(readPort(), process.env.HOST || '127.0.0.1');
console.log('Building what changed …');
buildIfStale();

// In this very process, so that signals reach the demo as they are and no second process is left behind.
process.setSourceMapsEnabled(true);
await import('../examples/marketplace/dist/main.js');
