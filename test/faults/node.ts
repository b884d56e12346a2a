import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemory } from '../../bench/src/processes.ts';
import { freePort } from '../../packages/server/src/http/free-port.ts';

export const apiKey = 'key-of-the-fault-suite-key-of-the-fault-suite';
const program = fileURLToPath(new URL('../../packages/server/bin/parley.mjs', import.meta.url));

/** One process of the service. */
export interface Node {
  readonly name: string;
  /** The same after each start. */
  readonly url: string;
  readonly isRunning: boolean;
  /** Starts it, and resolves when it is ready. */
  start(): Promise<void>;
  /** `kill -9`. Resolves when it is gone. */
  kill(): Promise<void>;
  /** `SIGTERM`; answers the exit code. */
  stop(): Promise<number | null>;
  /** Ends it if it runs, and starts it with these variables changed. */
  restart(env: Readonly<Record<string, string>>): Promise<void>;
  /** Bytes that it holds in memory; NaN where the kernel does not tell. */
  residentMemory(): Promise<number>;
  /** What it has written so far, all starts together. */
  log(): Promise<string>;
}

export interface NodeOptions {
  readonly name: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Hears when it ended without having been told to. */
  readonly onExit: (line: string) => void;
}

/** A node that is not started yet. */
export async function createNode(options: NodeOptions): Promise<Node> {
  const { name, folder, onExit } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, `${name}.log`);
  let child: ChildProcess | null = null;
  let isTold = false;
  let env = options.env;

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const running = child;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return null;
    isTold = true;
    const exited = once(running, 'exit');
    running.kill(signal);
    await exited;
    return running.exitCode;
  }

  async function start(): Promise<void> {
    isTold = false;
    const fresh = launch({ ...env, PORT: String(port), PARLEY_DATA: folder }, logFile);
    child = fresh;
    fresh.once('exit', (code, signal) => {
      if (!isTold) onExit(`${name} ended by itself: ${code ?? signal ?? 'unknown'}`);
    });
    await waitUntilReady(url, fresh, logFile);
  }

  return {
    name,
    url,
    get isRunning() {
      return child !== null && child.exitCode === null && child.signalCode === null;
    },
    start,
    async restart(changes) {
      await end('SIGKILL');
      env = { ...env, ...changes };
      await start();
    },
    async kill() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
    residentMemory: () => residentMemory(child?.pid),
    log: () => readFile(logFile, 'utf8').catch(() => ''),
  };
}

function launch(env: Readonly<Record<string, string>>, logFile: string): ChildProcess {
  const output = openSync(logFile, 'a');
  return spawn(process.execPath, [program, 'serve'], {
    stdio: ['ignore', output, output],
    env: {
      ...process.env,
      NODE_ENV: 'test',
      NODE_OPTIONS: '',
      PARLEY_API_KEY: apiKey,
      PARLEY_SECRET: 'secret-of-the-fault-suite-secret-of-the-fault-suite',
      LIMIT_SENDS: '1000000/s',
      LIMIT_REQUESTS: '1000000/s',
      LIMIT_CONVERSATIONS: '1000000/s',
      LOG_LEVEL: 'warn',
      ...env,
    },
  });
}

/** A failpoint may end it before it is ready. */
async function waitUntilReady(url: string, child: ChildProcess, logFile: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.signalCode !== null) return;
    if (child.exitCode !== null)
      throw new Error(
        `a node ended with ${child.exitCode}:\n${(await readFile(logFile, 'utf8')).slice(-2000)}`,
      );
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.status === 200) return;
    await sleep(50);
  }
  throw new Error(`a node was not ready within 30 s:\n${(await readFile(logFile, 'utf8')).slice(-2000)}`);
}
