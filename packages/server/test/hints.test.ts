import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { hintsOf } from '../src/bus/hints.ts';
import { sentEvent } from './support/events.ts';

test('of several messages of a log only the newest is told', () => {
  const [one, other] = [randomUUID(), randomUUID()];
  expect(hintsOf([sentEvent(one, 4), sentEvent(other, 1), sentEvent(one, 5), sentEvent(one, 6)])).toEqual([
    ['m', other, 1],
    ['m', one, 6],
  ]);
});
