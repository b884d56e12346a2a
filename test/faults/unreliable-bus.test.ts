import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { findRedis, startRedis } from '../../packages/server/test/support/redis-server.ts';
import { createLedger } from './ledger.ts';
import { problemsOf, startLoad } from './load.ts';
import { createPunctuality } from './punctuality.ts';
import { startReaders } from './readers.ts';
import { startRelay } from './relay.ts';
import { patience, say, scaled } from './scale.ts';
import { createUnreliability, type Mishaps } from './unreliable.ts';
import { createPostgresWire, createRedisWire } from './wire.ts';
import { startWorld, type World } from './world.ts';

const redisProgram = findRedis();
/** Milliseconds in which everybody hears what was acknowledged, whatever the bus does. */
const promise = 5_000;

let closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.reverse()) await close();
  closings = [];
});

test(
  'PostgreSQL as a bus that drops, doubles and reorders: everybody hears everything, and how far others read, in order within 5 s',
  async () => {
    const { disturb, mishaps } = createUnreliability(createPostgresWire, 1);
    const world = await startWorld({ nodes: 2, disturb });
    closings.push(() => world.close());
    await judge(world, mishaps);
  },
  patience,
);

test.skipIf(redisProgram === null)(
  'Redis as a bus that drops, doubles and reorders: everybody hears everything, and how far others read, in order within 5 s',
  async () => {
    const redis = await startRedis(redisProgram ?? '');
    closings.push(() => redis.stop());
    const { disturb, mishaps } = createUnreliability(createRedisWire, 2);
    const relay = await startRelay({ host: '127.0.0.1', port: redis.port }, disturb);
    closings.push(() => relay.close());
    const world = await startWorld({ nodes: 2, env: { REDIS_URL: `redis://127.0.0.1:${relay.port}` } });
    closings.push(() => world.close());
    await judge(world, mishaps);
  },
  patience,
);

/**
 * Some people talk without a pause, so that what comes late would be out of order. Many others say something now and then: what they do
 * not hear by the bus is not followed by more that would tell of it.
 */
async function judge(world: World, mishaps: Readonly<Mishaps>): Promise<void> {
  const [busy, quiet] = [createPunctuality(createLedger()), createPunctuality(createLedger())];
  const loads = [
    await startLoad(world, { pairs: scaled(30, 20), pause: seldom, window: 1, ledger: quiet.ledger }),
    await startLoad(world, { pairs: scaled(8, 3), ledger: busy.ledger }),
  ];
  const pairs = loads.flatMap((load) => load.pairs);
  const readers = await startReaders(world, pairs, () => 2 * seldom());
  await sleep(scaled(60_000, 5_000));
  await Promise.all([...loads.map((load) => load.pauseSending()), readers.pause()]);
  await untilAllIsHeard([busy, quiet, readers]);
  const late = [busy, quiet, readers].flatMap((one) => one.late(promise));
  const slowest = [busy, quiet, readers].map((one) => Math.round(one.slowest()));
  say(`${JSON.stringify(mishaps)}; ${readers.count()} readings; slowest ${slowest.join(', ')} ms`);
  readers.close();

  for (const load of loads) {
    expect((await load.settle()).violations).toEqual([]);
    expect(problemsOf(load.people)).toEqual([]);
    expect(load.people.every(({ diary }) => diary.connections === 1)).toBe(true);
  }
  expect(late).toEqual([]);
  expect(readers.backwards).toEqual([]);
  expect(readers.count()).toBeGreaterThan(pairs.length / 2);
  expect(world.exits).toEqual([]);
  for (const count of [mishaps.dropped, mishaps.doubled, mishaps.reordered])
    expect(count / mishaps.events).toBeGreaterThan(0.05);
  expect(mishaps.events).toBeGreaterThan(100);
}

/** Milliseconds from one word to the next of those who say little. */
function seldom(): number {
  return Math.random() * scaled(15_000, 4_000);
}

async function untilAllIsHeard(all: readonly { late(limit: number): string[] }[]): Promise<void> {
  const end = performance.now() + promise;
  while (performance.now() < end && all.some((one) => one.late(Number.MAX_VALUE).length > 0)) await sleep(50);
}
