import { expect, test } from 'vitest';
import { createTurns } from '../src/actions/turns.ts';

test('turns let two run, one wait, refuse the next, and go on in their order', async () => {
  const turns = createTurns(2, { waiting: 1, refuse: () => new Error('full') });
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  let [peak, running] = [0, 0];
  const take = (name: number) =>
    turns.take(async () => {
      begun.push(name);
      peak = Math.max(peak, (running += 1));
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
    });
  const taken = [take(1), take(2), take(3)];
  await expect(take(4)).rejects.toThrow('full');
  for (let ended = 0; ended < 3; ended += 1) {
    ends.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  }
  await Promise.all(taken);
  expect([begun, peak]).toEqual([[1, 2, 3], 2]);
  const last = take(5);
  ends.shift()?.();
  await last;
});

test('a task that fails gives its turn on', async () => {
  const turns = createTurns();
  const failing = turns.take(() => Promise.reject(new Error('no')));
  const next = turns.take(() => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});
