import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemsOf, startLoad } from './load.ts';
import { patience, say, scaled } from './scale.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
}, patience);
afterAll(() => world.close());

test(
  'a bus that is cut: everybody has everything within 5 s, while it is still cut',
  async () => {
    const load = await startLoad(world, { pairs: scaled(8, 3) });
    await load.progress(50, 15_000);
    const cutting = new AbortController();
    const cut = keepCut(cutting.signal);
    await sleep(scaled(60_000, 3_000));
    await load.progress(50, 15_000);
    await load.pauseSending();
    await sleep(5_000);
    const rows = await world.database.rows();
    const late = load.members.flatMap(({ userId, conversationId }) => {
      const stored = rows.filter((row) => row.conversationId === conversationId).length;
      const known = load.ledger.knownUpTo(userId, conversationId);
      return known === stored ? [] : [`${userId} has ${known} of ${stored}`];
    });
    cutting.abort();
    const cuts = await cut;
    say(`cut ${cuts} times`);
    const { violations } = await load.settle();
    expect(late).toEqual([]);
    expect(cuts).toBeGreaterThan(1);
    expect(violations).toEqual([]);
    expect(problemsOf(load.people)).toEqual([]);
    expect(world.exits).toEqual([]);
  },
  patience,
);

/** Ends every connection that listens for events, as soon as it is there; answers how many. */
async function keepCut(signal: AbortSignal): Promise<number> {
  let cuts = 0;
  while (!signal.aborted) {
    const ended = await world.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley-bus'`,
    );
    cuts += ended.length;
    await sleep(50);
  }
  return cuts;
}
