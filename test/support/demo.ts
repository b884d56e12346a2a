import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../packages/server/src/http/free-port.ts';

const program = join(import.meta.dirname, '../../examples/marketplace/dist/main.js');

/** The demo as `npm start` runs it, in a process and a folder of its own; emails go out after a second. */
export interface Demo {
  readonly url: string;
  /** Calls the API as the shop's back end, for one person. */
  call(method: string, path: string, body?: unknown, as?: string): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-demo-'));
  // For PostgreSQL's user: root's database would be elsewhere otherwise, and stay there.
  await chmod(folder, 0o711);
  const port = await freePort();
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, PORT: String(port), PARLEY_DATA: folder, NOTIFY_DELAY: '1', DATABASE_URL: '' },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const url = `http://localhost:${port}`;
  const ready = async (): Promise<void> => {
    while (!said.includes('Ready:')) {
      if (child.exitCode !== null) throw new Error(`The demo stopped:\n${said}`);
      await sleep(50);
    }
  };
  await ready();
  const secrets: unknown = JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'));
  const apiKey = textOf(secrets, 'apiKey');
  return {
    url,
    async call(method, path, body, as) {
      const answer = await fetch(`${url}/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(as !== undefined && { 'parley-as': as }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      const parsed: unknown = text === '' ? null : JSON.parse(text);
      return parsed;
    },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function textOf(value: unknown, key: string): string {
  const text: unknown =
    typeof value === 'object' && value !== null
      ? Object.getOwnPropertyDescriptor(value, key)?.value
      : undefined;
  if (typeof text !== 'string') throw new Error(`no ${key}`);
  return text;
}

export interface VisitorOptions {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** A window of somebody at the demo; `errors` collects what pages say on the console. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly errors: string[];
  goto(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a browser window of its own for one of the demo's people. */
export async function visit(
  demo: Demo,
  browser: Browser,
  who: 'john' | 'sarah' | 'olivia',
  options: VisitorOptions = {},
): Promise<Visitor> {
  const { width = 1280, colorScheme = 'light' } = options;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  await page.goto(`${demo.url}/switch/${who}`);
  return {
    page,
    context,
    errors,
    async goto(path) {
      await page.goto(demo.url + path);
    },
    close: () => context.close(),
  };
}
