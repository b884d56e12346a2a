import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRelay, targetOf, through } from '../../../test/faults/relay.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { apiKey, secret } from './support/running-service.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'parley-stop-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** `parley` from its sources, as a process of its own. */
function parley(args: string[], env: Record<string, string> = {}) {
  const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
  const script = `import { run } from ${JSON.stringify(cli)}; process.exit(await run(${JSON.stringify(args)}));`;
  const child = spawn(
    process.execPath,
    ['--conditions=parley-source', '--import=tsx', '--input-type=module', '--eval', script],
    { env: { PATH: process.env['PATH'], PARLEY_DATA: folder, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = once(child, 'exit').then(([status]: unknown[]) => status);
  return { child, code, output: () => output };
}

async function waitFor(text: () => string, pattern: RegExp): Promise<RegExpExecArray> {
  for (let look = 0; look < 300; look += 1) {
    const match = pattern.exec(text());
    if (match) return match;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`No ${pattern} in:\n${text()}`);
}

/** `parley serve` over the test's database, once it says where it listens. */
async function serve(databaseUrl = database.url) {
  const service = parley(['serve'], {
    PORT: '0',
    PARLEY_SECRET: secret,
    PARLEY_API_KEY: apiKey,
    DATABASE_URL: databaseUrl,
  });
  const [, address = ''] = await waitFor(service.output, /"address":"([^"]+)"/);
  return { service, address };
}

test('serve answers until SIGTERM, then ends with 0 and leaves no connection', async () => {
  const { service, address } = await serve();
  expect((await fetch(`${address}/readyz`)).status).toBe(200);
  service.child.kill('SIGTERM');
  expect(await service.code).toBe(0);
  expect(service.output()).not.toContain(database.url);
}, 40_000);

test('with its database away it ends with 0 too, and closes what else there is', async () => {
  const line = await startRelay(targetOf(database.url));
  const { service, address } = await serve(through(line, database.url));
  line.lead({ host: '127.0.0.1', port: 1 });
  line.cut();
  expect((await fetch(`${address}/readyz`)).status).toBe(503);
  service.child.kill('SIGTERM');
  expect(await service.code).toBe(0);
  // Each part said goodbye, or why not; none was cut off by the end of the ten seconds.
  expect(service.output()).not.toContain('Stopped with work in hand');
  expect(service.output()).not.toContain('could not be closed');
  await line.close();
}, 40_000);

test('what is in hand when SIGTERM comes is answered, and its connection ends, so that nothing waits for it', async () => {
  const { service, address } = await serve();
  const body = JSON.stringify({ name: 'Sarah' });
  const agent = new Agent({ keepAlive: true });
  const request = httpRequest(`${address}/v1/users/sarah`, {
    method: 'PUT',
    agent,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'content-length': body.length,
    },
  });
  const answered = once(request, 'response');
  request.write(body.slice(0, 5));
  await new Promise((resolve) => setTimeout(resolve, 300));
  service.child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 300));
  request.end(body.slice(5));
  expect(await answered).toMatchObject([{ statusCode: 200, headers: { connection: 'close' } }]);
  expect(await service.code).toBe(0);
  agent.destroy();
}, 40_000);

test('behind npx, whose shell dies of a signal and passes none on, it stops as well', async () => {
  const service = fileURLToPath(new URL('../bin/parley.mjs', import.meta.url));
  const shell = spawn('sh', ['-c', `'${process.execPath}' '${service}' serve & wait`], {
    env: {
      PATH: process.env['PATH'],
      npm_command: 'exec',
      PARLEY_DATA: folder,
      PORT: '0',
      PARLEY_SECRET: secret,
      PARLEY_API_KEY: apiKey,
      DATABASE_URL: database.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(shell.stdout, 'close');
  const [, address = ''] = await waitFor(() => output, /"address":"([^"]+)"/);
  shell.kill('SIGTERM');
  await ended;
  await expect(fetch(`${address}/healthz`)).rejects.toThrow();
}, 40_000);

test('what cannot start says why, and ends with 1', async () => {
  const wrong = parley(['serve'], { PORT: 'http' });
  expect(await wrong.code).toBe(1);
  for (const name of ['PORT', 'PARLEY_SECRET', 'PARLEY_API_KEY'])
    expect(wrong.output()).toContain(`- ${name}`);
  const nowhere = parley(['migrate'], { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' });
  expect(await nowhere.code).toBe(1);
  expect(nowhere.output()).toMatch(/cannot be used \(ECONNREFUSED\)/);
  expect(nowhere.output()).not.toContain('hunter2');
}, 40_000);

test('migrate, help, and what is not understood', async () => {
  const migrate = parley(['migrate'], { DATABASE_URL: database.url });
  const help = parley(['--help']);
  const unknown = parley(['servee']);
  expect([await migrate.code, await help.code, await unknown.code]).toEqual([0, 0, 2]);
  expect(migrate.output()).toContain('up to date');
  expect(help.output()).toContain('Usage: parley');
  expect(unknown.output()).toContain('There is no "parley servee"');
}, 40_000);
