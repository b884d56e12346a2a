import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { canary } from './ledger.ts';
import { problemsOf, startLoad } from './load.ts';
import { patience, say, scaled } from './scale.ts';
import { startWorld, type World } from './world.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Mounts a small disk. @throws where this user may not */
async function mountDisk(megabytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-disk-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder], {
    stdio: 'pipe',
  });
  cleanUps.push(() => execFileSync('umount', ['--lazy', folder]));
  return folder;
}

async function whyNot(): Promise<string | undefined> {
  try {
    await mountDisk(1);
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  }
}

const reason = await whyNot();
if (reason !== undefined) process.stdout.write(`Skipped, no small disk can be mounted: ${reason}\n`);

test.skipIf(reason !== undefined)(
  '(as root) a full disk: 503 while it is full, nothing acknowledged is lost, all is normal once there is room',
  async () => {
    const disk = await mountDisk(300);
    const world: World = await startWorld({ nodes: 1, dataDir: disk });
    cleanUps.push(() => world.close());
    const load = await startLoad(world, { pairs: scaled(8, 3) });
    for (let round = 0; round < scaled(3, 1); round += 1) {
      await load.progress(50, 15_000);
      const filler = join(disk, 'filler');
      execFileSync('sh', ['-c', 'cat /dev/zero > "$1" 2>/dev/null || :', 'sh', filler]);
      const floods = load.pairs.map((pair) => {
        const talker = load.people.find(({ userId }) => userId === pair.buyerId);
        const text = `${canary(pair.conversationId)} ${randomBytes(3_600).toString('base64')}`;
        return Array.from({ length: scaled(600, 300) }, () =>
          talker?.send({ conversationId: pair.conversationId, key: randomUUID(), text }),
        );
      });
      const started = performance.now();
      while (!problemsOf(load.people).includes(503) && performance.now() - started < 60_000)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(problemsOf(load.people)).toEqual([503]);
      expect((await fetch(`${world.nodes[0]?.url ?? ''}/healthz`)).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, scaled(10_000, 2_000)));
      await rm(filler);
      await world.database.start();
      await load.progress(50, 15_000);
      await Promise.all(floods.flat().map((flood) => flood ?? Promise.resolve()));
      say(`disk was full ${round + 1}`);
    }
    const { violations } = await load.settle();
    expect(violations).toEqual([]);
    expect(problemsOf(load.people)).toEqual([503]);
    expect(world.exits).toEqual([]);
  },
  patience,
);
