import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProber, probe, type Prober } from './probe.ts';
import { longestWait, problemsOf, startLoad, type Load } from './load.ts';
import { patience, say, scaled } from './scale.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let prober: Prober;
beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
  prober = await makeProber(world);
}, patience);
afterAll(() => world.close());

/** Milliseconds until an answer, and until all is normal again after a fault is over. */
const answerTime = 5_000;
const recoveryTime = 15_000;

interface Outage {
  readonly rounds: number;
  readonly milliseconds: number;
  readonly begin: () => unknown;
  readonly end: () => unknown;
}

/** PostgreSQL goes away for so many milliseconds, and comes back. */
async function passThrough(load: Load, { milliseconds, begin, end }: Outage): Promise<void> {
  await load.progress(50, recoveryTime);
  await begin();
  const answers = await probe(world, prober, milliseconds);
  expect(answers.statuses).toEqual([503]);
  expect(answers.slowest).toBeLessThan(answerTime);
  await end();
  const back = performance.now();
  await load.progress(50, recoveryTime);
  say(
    `slowest 503 ${answers.slowest.toFixed(0)} ms, normal again in ${(performance.now() - back).toFixed(0)} ms`,
  );
}

test(
  'PostgreSQL backends that are killed cost nobody a message',
  async () => {
    const load = await startLoad(world, { pairs: scaled(8, 3) });
    const rounds = scaled(20, 3);
    for (let round = 0; round < rounds; round += 1) {
      await load.progress(50, recoveryTime);
      // The journal's own connection, the bus' or any other one's.
      await world.database.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and backend_type = 'client backend' and (random() < 0.5 or application_name = 'parley-journal')`);
      say(`killed backends ${round + 1} of ${rounds}`);
    }
    await load.progress(50, recoveryTime);
    const { violations } = await load.settle();
    expect(violations).toEqual([]);
    expect(problemsOf(load.people).filter((status) => status !== 503)).toEqual([]);
    expect(longestWait(load.people)).toBeLessThan(recoveryTime);
    expect(world.exits).toEqual([]);
  },
  patience,
);

const outages: readonly (readonly [string, Outage])[] = [
  [
    'a postmaster that is killed and started again',
    {
      rounds: scaled(5, 1),
      milliseconds: scaled(10_000, 2_000),
      begin: () => world.database.kill(),
      end: () => world.database.start(),
    },
  ],
  [
    'a network to PostgreSQL that stalls without a reset',
    {
      rounds: scaled(3, 1),
      milliseconds: scaled(20_000, 5_000),
      begin: () => world.line.stall(),
      end: () => world.line.resume(),
    },
  ],
];

test.each(outages)(
  '%s: 503 meanwhile, then all is normal',
  async (_name, outage) => {
    const load = await startLoad(world, { pairs: scaled(8, 3) });
    for (let round = 0; round < outage.rounds; round += 1) await passThrough(load, outage);
    const { violations, figures } = await load.settle();
    expect(violations).toEqual([]);
    expect(figures.unknowns).toBeGreaterThan(0);
    expect(problemsOf(load.people).filter((status) => status !== 503)).toEqual([]);
    expect(world.exits).toEqual([]);
  },
  patience,
);

test('all is as ready as before', async () => {
  await sleep(100);
  for (const node of world.nodes) expect((await fetch(`${node.url}/readyz`)).status).toBe(200);
});
