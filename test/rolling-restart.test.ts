import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clientOf, online, shown, watch } from '../packages/client/test/support/people.ts';
import { apiKey, secret } from '../packages/server/test/support/running-service.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { freePort } from '../packages/server/src/http/free-port.ts';

const drainSeconds = 1;

interface Node {
  readonly port: number;
  process: ChildProcess | null;
  isReady: boolean;
}

let database: TestDatabase;
let folder: string;
let balancer: Server;
let url: string;
const nodes: Node[] = [];
const pairs = new Set<Socket>();

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'parley-rolling-'));
  const [first, second, entrance] = await Promise.all([freePort(), freePort(), freePort()]);
  for (const port of [first, second]) nodes.push({ port, process: null, isReady: false });
  balancer = createServer(pass).listen(entrance, '127.0.0.1');
  url = `http://127.0.0.1:${entrance}`;
  nodes.forEach(start);
  await Promise.all(nodes.map((node) => until(node, true)));
}, 60_000);

afterAll(async () => {
  await Promise.all(nodes.map(stop));
  for (const socket of pairs) socket.destroy();
  await new Promise((resolve) => balancer.close(resolve));
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** A balancer of connections: each goes to the next node that is ready. */
function pass(client: Socket): void {
  const node = nodes.find((each) => each.isReady);
  if (node === undefined) {
    client.destroy();
    return;
  }
  nodes.push(...nodes.splice(nodes.indexOf(node), 1));
  const service = connect(node.port, '127.0.0.1');
  for (const [from, to] of [
    [client, service],
    [service, client],
  ] as const) {
    pairs.add(from);
    from.on('error', () => to.destroy()).on('close', () => (pairs.delete(from), to.destroy()));
    from.pipe(to);
  }
}

/** `parley serve` from its sources, as a process of its own. */
function start(node: Node): void {
  const cli = fileURLToPath(new URL('../packages/server/src/cli.ts', import.meta.url));
  const script = `import { run } from ${JSON.stringify(cli)}; process.exit(await run(['serve']));`;
  node.process = spawn(
    process.execPath,
    ['--conditions=parley-source', '--import=tsx', '--input-type=module', '--eval', script],
    {
      env: {
        PATH: process.env['PATH'],
        PORT: String(node.port),
        PUBLIC_URL: url,
        PARLEY_DATA: folder,
        PARLEY_SECRET: secret,
        PARLEY_API_KEY: apiKey,
        DATABASE_URL: database.url,
        DRAIN_SECONDS: String(drainSeconds),
        LIMIT_SENDS: '10000/s',
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  void watchReadiness(node, node.process);
}

/** What a balancer does all the time: asks whether the node is ready. */
async function watchReadiness(node: Node, process: ChildProcess): Promise<void> {
  while (process.exitCode === null) {
    const response = await fetch(`http://127.0.0.1:${node.port}/readyz`).catch(() => null);
    node.isReady = response?.ok === true;
    await sleep(100);
  }
  node.isReady = false;
}

async function until(node: Node, ready: boolean): Promise<void> {
  await vi.waitFor(() => expect(node.isReady).toBe(ready), { timeout: 30_000, interval: 20 });
}

async function stop(node: Node): Promise<unknown> {
  const { process } = node;
  if (process === null || process.exitCode !== null) return process?.exitCode;
  const exited = once(process, 'exit');
  process.kill('SIGTERM');
  await exited;
  return process.exitCode;
}

/** A request over a connection of its own, tried once. Answers the status, 0 where there is none. */
function call(method: string, path: string, as: string | null, body: unknown): Promise<number> {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/json',
    ...(as !== null && { 'parley-as': as }),
  };
  return new Promise((resolve) => {
    const asked = request(`${url}${path}`, { method, headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', () => resolve(0)).end(JSON.stringify(body));
  });
}

async function openConversation(): Promise<string> {
  const people = [
    ['/v1/users/john', { name: 'John' }],
    ['/v1/users/sarah', { name: 'Sarah' }],
    ['/v1/stores/clay', { name: 'Clay', members: ['sarah'] }],
    ['/v1/listings/bowl', { storeId: 'clay', title: 'Bowl' }],
  ] as const;
  for (const [path, body] of people) expect(await call('PUT', path, null, body)).toBeLessThan(300);
  await call('POST', '/v1/conversations', 'john', { listingId: 'bowl', text: 'hello', clientId: 'hello' });
  return withDatabase(async (client) => {
    const { rows } = await client.query<{ id: string }>('select id from conversations');
    return rows[0]?.id ?? '';
  });
}

async function withDatabase<T>(act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

test('while one node after the other restarts, no send fails, is lost, doubled or out of order', async () => {
  const id = await openConversation();
  const john = clientOf('john', url);
  const sarah = clientOf('sarah', url);
  const [from, to] = [john.conversation(id), sarah.conversation(id)];
  watch(from);
  watch(to);
  await Promise.all([online(john), online(sarah)]);
  let going = true;
  const texts: string[] = [];
  const writing = (async () => {
    while (going) {
      await sleep(40);
      texts.push(`text ${texts.length}`);
      from.send({ text: texts.at(-1) ?? '' });
    }
  })();
  const statuses: number[] = [];
  const calling = (async () => {
    while (going) {
      await sleep(20);
      const clientId = `call-${statuses.length}`;
      const path = `/v1/conversations/${id}/messages`;
      statuses.push(await call('POST', path, 'sarah', { text: clientId, clientId }));
    }
  })();

  const [first, second] = [...nodes];
  if (first === undefined || second === undefined) throw new Error('Two nodes are needed');
  expect(await stop(first)).toBe(0);
  start(first);
  await until(first, true);
  expect(await stop(second)).toBe(0);
  await sleep(500);
  going = false;
  await Promise.all([writing, calling]);
  await vi.waitFor(() => expect(from.getSnapshot().outbox).toEqual([]), { timeout: 30_000 });

  expect(texts.length).toBeGreaterThan(100);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  const rows = await withDatabase(async (client) => {
    const query = 'select seq, author, body from messages where conversation_id = $1 order by seq';
    return (await client.query<{ seq: number; author: string; body: string }>(query, [id])).rows;
  });
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, index) => index + 1));
  const of = (author: string) => rows.filter((row) => row.author === author).map(({ body }) => body);
  expect(of('john')).toEqual(['hello', ...texts]);
  expect(of('sarah')).toEqual(statuses.map((_status, index) => `call-${index}`));
  const last = rows.length;
  await shown(to, ({ messages }) => messages.at(-1)?.seq === last);
  const seen = to.getSnapshot().messages.map(({ seq }) => seq);
  expect(seen).toEqual(seen.map((_seq, index) => last - seen.length + 1 + index));
}, 90_000);
