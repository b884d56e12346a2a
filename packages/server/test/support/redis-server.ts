import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { freePort } from '../../src/http/free-port.ts';

/** A Redis or Valkey of a test's own, in memory. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends the process, as a crash would; `start` brings it back on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Sends one command. */
  command(...words: string[]): Promise<string>;
}

/** The server's program, or null where none is installed: then what needs it is skipped, and says so. */
export function findRedis(): string | null {
  const found = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (found === undefined)
    console.warn(
      'Skipped: the bus over Redis needs redis-server or valkey-server; on Debian: apt-get install redis-server',
    );
  return found ?? null;
}

export async function startRedis(program: string): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let running = await launch(program, port, url);
  return {
    url,
    port,
    async stop() {
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await gone;
    },
    async start() {
      running = await launch(program, port, url);
    },
    command: (...words) => ask(url, words),
  };
}

async function launch(program: string, port: number, url: string): Promise<ChildProcess> {
  const child = spawn(
    program,
    ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  );
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await ask(url, ['PING']).catch(() => '')) === 'PONG') return child;
    await sleep(50);
  }
  throw new Error(`${program} did not start`);
}

async function ask(url: string, words: string[]): Promise<string> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  const answer: unknown = await client.sendCommand(words);
  client.destroy();
  return typeof answer === 'string' ? answer : JSON.stringify(answer);
}
