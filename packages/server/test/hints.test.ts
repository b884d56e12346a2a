import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { hintsOf, payloadsOf, readPayload, type Hint } from '../src/bus/hints.ts';
import { sentEvent } from './support/events.ts';

const conversationId = randomUUID();

test('of several messages of a log only the newest is told', () => {
  const [one, other] = [randomUUID(), randomUUID()];
  expect(hintsOf([sentEvent(one, 4), sentEvent(other, 1), sentEvent(one, 5), sentEvent(one, 6)])).toEqual([
    ['m', other, 1],
    ['m', one, 6],
  ]);
});

test('payloads stay below what PostgreSQL takes, keep the order, and are not read by their own sender', () => {
  const recipients = Array.from({ length: 500 }, (_none, index) => `${'u'.repeat(120)}${index}`);
  const hints = hintsOf([{ type: 'conversation.changed', recipients, conversationId }]);
  const payloads = payloadsOf('node', hints);
  expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000)).toBe(true);
  expect(payloads.flatMap((payload) => readPayload('other', payload).hints)).toEqual(hints);
  expect(payloads.flatMap((payload) => readPayload('node', payload).hints)).toEqual([]);
});

const good: Hint[] = [
  ['m', conversationId, 2_147_483_647],
  ['r', conversationId, 'john', 1],
  ['t', conversationId, 'j:o.h-n_@1'],
  ['c', conversationId, ['john', 'u'.repeat(128)]],
  ['b', ['john']],
  ['i'],
];

test('every hint is read as it was sent', () => {
  expect(readPayload('node', `other${JSON.stringify(good)}`)).toEqual({ hints: good, isSpoiled: false });
});

test.each<[string, unknown]>([
  ['a letter that is none', ['x']],
  ['no list', null],
  ['no letter', []],
  ['a conversation that is no UUID', ['m', 'nonsense', 1]],
  ['a conversation that is a number', ['m', 1, 2]],
  ['a seq beyond int4', ['m', conversationId, 2_147_483_648]],
  ['a seq before the first', ['m', conversationId, 0]],
  ['a seq between two', ['m', conversationId, 1.5]],
  ['no seq', ['m', conversationId]],
  ['more than belongs to it', ['m', conversationId, 1, 1]],
  ['a read position in no UUID', ['r', 'no uuid', 'john', 1]],
  ['a reader whose id is too long', ['r', conversationId, 'u'.repeat(129), 1]],
  ['a read position beyond int4', ['r', conversationId, 'john', 3_000_000_000]],
  ['typing in no UUID', ['t', 'no uuid', 'john']],
  ['a typist without an id', ['t', conversationId, '']],
  ['a presence that is no yes or no', ['p', conversationId, 'john', 1]],
  ['a change of no UUID', ['c', 'no uuid', ['john']]],
  ['a recipient who is no id', ['c', conversationId, ['john', 'no id']]],
  ['recipients that are no list', ['b', 'john']],
  ['a recipient that is a number', ['b', ['john', 1]]],
])('what is no hint is left out of its payload: %s', (_why, bad) => {
  const payload = `other${JSON.stringify([good[0], bad, good[4]])}`;
  expect(readPayload('node', payload)).toEqual({ hints: [good[0], good[4]], isSpoiled: true });
});

test.each([
  ['no list', 'nonsense'],
  ['no JSON', 'other[nonsense'],
  ['longer than nodes send', `other[["b",["john"]]${' '.repeat(8_000)}]`],
])('nothing is read of what is %s', (_why, payload) => {
  expect(readPayload('node', payload)).toEqual({ hints: [], isSpoiled: true });
});
