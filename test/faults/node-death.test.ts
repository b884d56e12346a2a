import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { longestWait, problemsOf, startLoad } from './load.ts';
import { patience, say, scaled } from './scale.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
}, patience);
afterAll(() => world.close());

test(
  'a node that is killed under load loses, doubles and reorders nothing',
  async () => {
    const load = await startLoad(world, { pairs: scaled(8, 3) });
    const kills = scaled(20, 3);
    for (let kill = 0; kill < kills; kill += 1) {
      const node = world.nodes[kill % 2];
      await load.progress(100, 30_000);
      await node?.kill();
      // The people of the dead node go on with the other one.
      await load.progress(50, 15_000);
      await node?.start();
      say(`killed ${kill + 1} of ${kills}`);
    }
    const { violations, figures } = await load.settle();
    expect(violations).toEqual([]);
    expect(figures.unknowns).toBeGreaterThan(0);
    expect(figures.refused).toBeGreaterThan(0);
    expect(world.exits).toEqual([]);
    expect(problemsOf(load.people)).toEqual([]);
  },
  patience,
);

test(
  'a node that dies between commit and answer stored each message once',
  async () => {
    const deaths = scaled(200, 5);
    const load = await startLoad(world, { pairs: scaled(8, 3) });
    for (const node of world.nodes) await node.restart({ PARLEY_FAILPOINT: 'journal.after-commit:exit:0.1' });
    let died = 0;
    const keepAlive = world.nodes.map(async (node) => {
      while (died < deaths) {
        await sleep(20);
        if (node.isRunning) continue;
        died += 1;
        if (died % 10 === 0) say(`died ${died} of ${deaths}`);
        await node.start();
      }
    });
    await Promise.all(keepAlive);
    // The last words need nodes that live.
    for (const node of world.nodes) await node.restart({ PARLEY_FAILPOINT: '' });
    const { violations, figures } = await load.settle();
    expect(violations).toEqual([]);
    expect(figures.unknowns).toBeGreaterThanOrEqual(deaths);
    expect(world.exits.every((line) => line.includes('SIGKILL'))).toBe(true);
    expect(world.exits.length).toBeGreaterThanOrEqual(deaths);
  },
  patience,
);

test(
  'a rolling restart fails no send',
  async () => {
    const load = await startLoad(world, { pairs: scaled(8, 3) });
    for (let round = 0; round < scaled(5, 1); round += 1) {
      for (const node of world.nodes) {
        await load.progress(100, 30_000);
        expect(await node.stop()).toBe(0);
        await load.progress(50, 15_000);
        await node.start();
      }
      say(`rolled ${round + 1}`);
    }
    const { violations } = await load.settle();
    expect(violations).toEqual([]);
    expect(problemsOf(load.people)).toEqual([]);
    say(`longest wait ${longestWait(load.people).toFixed(0)} ms`);
    expect(longestWait(load.people)).toBeLessThan(3_000);
    // They were asked to go elsewhere, not cut off.
    const closes = load.people.flatMap((person) => person.diary.closes);
    expect(closes.length).toBeGreaterThan(0);
    expect(closes.filter((code) => code !== 1001)).toEqual([]);
  },
  patience,
);
