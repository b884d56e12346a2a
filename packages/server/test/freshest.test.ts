import { expect, test } from 'vitest';
import { createFreshest } from '../src/realtime/freshest.ts';

/** A reading that ends when the test says so. */
function reading(name: string, said: string[]) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const read = async () => {
    said.push(`${name} begins`);
    await ended;
    said.push(`${name} ends`);
  };
  return { read, end };
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve));

test('reads once more after a reading that is under way, however often it was asked meanwhile', async () => {
  const said: string[] = [];
  const freshest = createFreshest();
  const [first, second, third] = [reading('1', said), reading('2', said), reading('3', said)];
  freshest.ask('a', first.read);
  freshest.ask('a', second.read);
  freshest.ask('a', third.read);
  third.end();
  await aTurn();
  expect(said).toEqual(['1 begins']);
  first.end();
  await aTurn();
  expect(said).toEqual(['1 begins', '1 ends', '3 begins', '3 ends']);
});

test('waits for no other key, nor for what has ended', async () => {
  const said: string[] = [];
  const freshest = createFreshest();
  const [first, second, third] = [reading('1', said), reading('2', said), reading('3', said)];
  freshest.ask('a', first.read);
  freshest.ask('b', second.read);
  first.end();
  await aTurn();
  freshest.ask('a', third.read);
  expect(said).toEqual(['1 begins', '2 begins', '1 ends', '3 begins']);
});
