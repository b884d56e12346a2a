import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { hintsOf, type Hint } from '../src/bus/hints.ts';
import { packHints, readPayload, writePayload } from '../src/bus/payloads.ts';

const conversationId = randomUUID();

test('payloads stay below what PostgreSQL takes, and keep the order', () => {
  const recipients = Array.from({ length: 500 }, (_none, index) => `${'u'.repeat(120)}${index}`);
  const hints = hintsOf([{ type: 'conversation.changed', recipients, conversationId }]);
  const payloads = packHints(hints).map(({ body }) =>
    writePayload('n'.repeat(64), 999_999_999_999_999, body),
  );
  expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000)).toBe(true);
  expect(payloads.length).toBeGreaterThan(1);
  expect(payloads.flatMap((payload) => readPayload(payload)?.hints)).toEqual(hints);
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
  expect(readPayload(writePayload('other', 7, JSON.stringify(good).slice(1, -1)))).toEqual({
    node: 'other',
    number: 7,
    hints: good,
    remarks: [],
    isSpoiled: false,
  });
});

test('remarks are read beside hints', () => {
  expect(readPayload('other[["n",3],["i"],["a","node",[1,2]]]')).toMatchObject({
    hints: [['i']],
    remarks: [
      ['n', 3],
      ['a', 'node', [1, 2]],
    ],
    isSpoiled: false,
  });
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
  ['a number before the first', ['n', -1]],
  ['a number beyond what counts exactly', ['n', 1e300]],
  ['a question that asks for no number', ['a', 'node', ['one']]],
  ['a question that asks for too many', ['a', 'node', Array.from({ length: 201 }, () => 1)]],
])('what is no hint is left out of its payload: %s', (_why, bad) => {
  const payload = `other${JSON.stringify([good[0], bad, good[4]])}`;
  expect(readPayload(payload)).toMatchObject({ hints: [good[0], good[4]], remarks: [], isSpoiled: true });
});

test.each([
  ['no list', 'nonsense'],
  ['under no name', '[["b",["john"]]]'],
  ['under a name that is none', 'no name[["b",["john"]]]'],
  ['under a number that is none', 'other:0[["b",["john"]]]'],
  ['no JSON', 'other[nonsense'],
  ['longer than nodes send', `other[["b",["john"]]${' '.repeat(8_000)}]`],
])('nothing is read of what is %s', (_why, payload) => {
  expect(readPayload(payload)).toBeNull();
});
