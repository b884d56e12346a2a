import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { queueLog } from '../src/jobs/queue-log.ts';
import { startQueue } from '../src/jobs/queue.ts';
import { repeat } from '../src/jobs/repeat.ts';
import { startJobs } from '../src/jobs/start.ts';
import type { Task } from '../src/jobs/task.ts';
import { addConversation, say, seedMarket } from './support/market.ts';
import { createNode, type TestNode } from './support/node.ts';
import { startSmtp, type SmtpFixture } from './support/smtp-fixture.ts';

let database: TestDatabase;
let smtp: SmtpFixture;
let node: TestNode;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  smtp = await startSmtp();
  node = await createNode(database.url, { SMTP_URL: smtp.url });
  await seedMarket(node.pool);
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

afterAll(async () => {
  await node.close();
  await smtp.close();
  await database.drop();
});

async function startProcess(): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('./support/jobs-process.ts', import.meta.url));
  const args = ['--conditions=parley-source', '--import', 'tsx', file, database.url, smtp.url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  ends.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  return child;
}

const add = (name: string, payload: object = {}) =>
  node.pool.query('select graphile_worker.add_job($1, $2::json)', [name, JSON.stringify(payload)]);

async function queueOf(task: Task, times?: { beat: number; dead: number; sweep: number }) {
  const queue = await startQueue({ context: node.context, channels: [] }, database.url, [task], times);
  let stopped = false;
  const stop = async () => {
    if (!stopped) await queue.stop();
    stopped = true;
  };
  ends.push(stop);
  return { stop };
}

describe('a worker that dies', () => {
  test(
    'in the middle of a job: it runs again within 60 s, under the same Message-ID',
    { timeout: 90_000 },
    async () => {
      const hangs = new Promise<number>(() => undefined);
      smtp.answer = () => hangs;
      const child = await startProcess();
      const id = await addConversation(node.pool);
      await say(node.context, id, 'john', 'Hello');
      await vi.waitFor(() => expect(smtp.tries).toHaveLength(1), { timeout: 15_000 });
      smtp.answer = () => null;
      child.kill('SIGKILL');
      await once(child, 'exit');
      const killed = Date.now();
      const jobs = await startJobs(node.context, database.url);
      ends.push(() => jobs.stop());
      await vi.waitFor(() => expect(smtp.mails).toHaveLength(1), { timeout: 60_000, interval: 100 });
      expect(Date.now() - killed).toBeLessThan(60_000);
      expect(new Set(smtp.tries).size).toBe(1);
      await vi.waitFor(async () => {
        const { rows } = await node.pool.query<{ state: string }>('select state from deliveries');
        expect(rows).toEqual([{ state: 'sent' }]);
      });
    },
  );

  test('a living worker keeps its long job', async () => {
    let runs = 0;
    const long: Task = {
      name: 'long',
      run: async () => {
        runs += 1;
        await sleep(4_000);
      },
    };
    const quick = { beat: 200, dead: 1_000, sweep: 300 };
    await queueOf(long, quick);
    await queueOf(long, quick);
    await add('long');
    await vi.waitFor(() => expect(runs).toBe(1), { timeout: 5_000 });
    await sleep(4_500);
    expect(runs).toBe(1);
  });
});

describe('the queue', () => {
  test('runs at most four jobs of a process at a time', async () => {
    let [running, most, done] = [0, 0, 0];
    await queueOf({
      name: 'busy',
      run: async () => {
        most = Math.max(most, (running += 1));
        await sleep(50);
        running -= 1;
        done += 1;
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => add('busy')));
    await vi.waitFor(() => expect(done).toBe(20), { timeout: 10_000 });
    expect(most).toBe(4);
  });

  test('stopping lets a job in hand end, and tells one that is slow to', async () => {
    const seen: string[] = [];
    const { stop } = await queueOf({
      name: 'slow',
      run: async (_work, _payload, { signal }) => {
        seen.push('begun');
        await sleep(20_000, undefined, { signal }).catch(() => seen.push('told'));
      },
    });
    await add('slow');
    await vi.waitFor(() => expect(seen).toEqual(['begun']), { timeout: 5_000 });
    const started = Date.now();
    await stop();
    expect(seen).toEqual(['begun', 'told']);
    expect(Date.now() - started).toBeLessThan(8_000);
    const { rows } = await node.pool.query(
      `select id from queue_workers where seen_at > now() - interval '10 s'`,
    );
    expect(rows).toEqual([]);
  });

  test('jobs of a task that nobody here can do wait', async () => {
    let ran = 0;
    const task = { name: 'picky', run: () => Promise.resolve(void (ran += 1)) };
    const { stop } = await queueOf({ ...task, ready: () => false });
    await add('picky');
    await sleep(1_000);
    expect(ran).toBe(0);
    await stop();
    await queueOf(task);
    await vi.waitFor(() => expect(ran).toBe(1), { timeout: 5_000 });
  });

  test('several processes may start at once on a database that has no queue yet', async () => {
    const fresh = await createTestDatabase();
    const nodes = await Promise.all(Array.from({ length: 4 }, () => createNode(fresh.url)));
    const jobs = await Promise.all(nodes.map((one) => startJobs(one.context, fresh.url)));
    await Promise.all(jobs.map((one) => one.stop()));
    await Promise.all(nodes.map((one) => one.close()));
    await fresh.drop();
  });

  test('logs in the process’s own words and levels, without payloads', () => {
    const lines: string[] = [];
    const logger = queueLog(pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }));
    logger.error('it broke', { payload: 'secret' });
    logger.info('done');
    expect(lines.map((line) => /"level":(\d+)/u.exec(line)?.[1])).toEqual(['50', '20']);
    expect(lines.join('')).toContain('Queue: it broke');
    expect(lines.join('')).not.toContain('secret');
  });
});

describe('repeating', () => {
  test('goes on after a failure, sooner where asked, and not after the stop', async () => {
    let turns = 0;
    const failures: unknown[] = [];
    const repeating = repeat(
      60_000,
      () => {
        turns += 1;
        return turns < 3 ? Promise.resolve(1) : Promise.reject(new Error('broke'));
      },
      (error) => failures.push(error),
    );
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    await repeating.stop();
    await sleep(50);
    expect(turns).toBe(3);
  });
});
