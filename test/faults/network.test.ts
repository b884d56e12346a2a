import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { scrape } from '../../packages/server/test/support/scrape.ts';
import { freePort } from '../../packages/server/src/http/free-port.ts';
import { call } from './api.ts';
import { canary } from './ledger.ts';
import { longestWait, problemsOf, startLoad } from './load.ts';
import { startRelay } from './relay.ts';
import { patience, say, scaled } from './scale.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let metricsPort: number;
beforeAll(async () => {
  metricsPort = await freePort();
  world = await startWorld({
    nodes: 2,
    envOf: (index): Record<string, string> => (index === 0 ? { METRICS_PORT: String(metricsPort) } : {}),
  });
}, patience);
afterAll(() => world.close());

function nodeAt(index: number) {
  const node = world.nodes[index];
  if (node === undefined) throw new Error(`no node ${index}`);
  return node;
}

test(
  'a network to the people that stalls without a reset: they go elsewhere, nobody else notices',
  async () => {
    const relay = await startRelay({ host: '127.0.0.1', port: Number(new URL(nodeAt(0).url).port) });
    const urls = [nodeAt(1).url, `http://127.0.0.1:${relay.port}`];
    const load = await startLoad(world, { pairs: scaled(8, 3), urls });
    for (let round = 0; round < scaled(5, 1); round += 1) {
      await load.progress(50, 15_000);
      relay.stall();
      await sleep(scaled(20_000, 6_000));
      await load.progress(50, 15_000);
      // What was sent into the stalled line arrives now, long after it was sent again elsewhere.
      relay.resume();
    }
    const { violations, figures } = await load.settle();
    await relay.close();
    expect(violations).toEqual([]);
    expect(figures.unknowns).toBeGreaterThan(0);
    const undisturbed = load.people.filter(({ diary }) => diary.connections === 1);
    expect(undisturbed.length).toBeGreaterThan(0);
    expect(undisturbed.length).toBeLessThan(load.people.length);
    expect(longestWait(undisturbed)).toBeLessThan(3_000);
    expect(problemsOf(load.people)).toEqual([]);
    expect(world.exits).toEqual([]);
  },
  patience,
);

test(
  '50 clients that never read are closed, and delay nobody',
  async () => {
    const node = nodeAt(0);
    const load = await startLoad(world, { pairs: 2, urls: [node.url] });
    const [pair] = load.pairs;
    const talker = load.people.find(({ userId }) => userId === pair?.buyerId);
    if (pair === undefined || talker === undefined) throw new Error('nobody is there');
    const { token } = await call(node.url, 'createToken', { body: { userId: pair.sellerId } });
    const deaf = await Promise.all(Array.from({ length: 50 }, () => connectDeaf(node.url, token)));
    const before = await node.residentMemory();
    let most = before;
    const words = '👂'.repeat(4_900);
    const { conversationId } = pair;
    for (let batch = 0; batch < scaled(120, 40); batch += 1) {
      const sends = Array.from({ length: 8 }, () => {
        const key = randomUUID();
        return talker.send({ conversationId, key, text: `${canary(conversationId)} ${words}` });
      });
      await Promise.all(sends);
      most = Math.max(most, await node.residentMemory());
    }
    deaf.forEach(({ socket }) => socket.resume());
    const codes = await Promise.all(deaf.map(({ closed }) => closed));
    say(
      `closed ${codes.length} with ${[...new Set(codes)].join()}, memory ${(before / 2 ** 20).toFixed(0)} to ${(most / 2 ** 20).toFixed(0)} MiB, longest wait ${longestWait(load.people).toFixed(0)} ms`,
    );
    const { value } = await scrape(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(value('parley_slow_readers_total')).toBe(deaf.length);
    // Who reads on only after a second hears no reason.
    expect(codes.filter((code) => code !== 4008 && code !== 1006)).toEqual([]);
    const { violations } = await load.settle();
    expect(violations).toEqual([]);
    expect(problemsOf(load.people)).toEqual([]);
    expect(load.people.every(({ diary }) => diary.connections === 1)).toBe(true);
    expect(longestWait(load.people)).toBeLessThan(3_000);
    // 50 MiB are theirs by right; the rest is what the runtime needs for a flood of long texts.
    expect(most - before).toBeLessThan(250 * 2 ** 20);
    expect(world.exits).toEqual([]);
  },
  patience,
);

/** Connects and reads nothing after `ready`. */
async function connectDeaf(url: string, token: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime`);
  const closed = new Promise<number>((resolve) => void socket.once('close', resolve));
  await once(socket, 'open');
  socket.send(JSON.stringify({ op: 'auth', ref: 'auth', token }));
  await once(socket, 'message');
  socket.pause();
  return { socket, closed };
}

const fakeTime = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));
if (fakeTime === undefined) process.stdout.write('Skipped: no clock can be set off without libfaketime\n');

test.skipIf(fakeTime === undefined)(
  'a node whose clock is an hour off changes nothing in the log',
  async () => {
    const node = nodeAt(1);
    for (const offset of scaled(['+1h', '-1h'], ['+1h'])) {
      await node.restart({ LD_PRELOAD: fakeTime ?? '', FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' });
      const date = (await fetch(`${node.url}/healthz`)).headers.get('date') ?? '';
      expect(Math.abs(Date.parse(date) - Date.now())).toBeGreaterThan(3_500_000);
      const load = await startLoad(world, { pairs: scaled(8, 3) });
      await load.progress(scaled(5_000, 300), 120_000);
      const { violations } = await load.settle();
      expect(violations).toEqual([]);
      expect(problemsOf(load.people)).toEqual([]);
      expect(load.people.every(({ diary }) => diary.connections === 1)).toBe(true);
    }
    await node.restart({ LD_PRELOAD: '', FAKETIME: '' });
    expect(await world.database.query(offSql)).toEqual([{ off: 0, back: 0 }]);
    expect(world.exits).toEqual([]);
  },
  patience,
);

/** Messages that say another time than the database's, and those that say an earlier one than the message before. */
const offSql = `select
    count(*) filter (where created_at > now() or created_at < now() - interval '50 minutes')::int as off,
    count(*) filter (where created_at < before)::int as back
  from (select created_at, lag(created_at) over (partition by conversation_id order by seq) as before from messages) as log`;
