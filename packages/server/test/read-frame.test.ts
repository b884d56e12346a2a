import { expect, test } from 'vitest';
import { readFrame } from '../src/realtime/read-frame.ts';

const id = '0199c1f2-0000-7000-8000-000000000000';
const send = { op: 'send', ref: '1', conversationId: id, clientId: 'c', text: 'Hello' };

function problemOf(frame: unknown) {
  const read = readFrame(typeof frame === 'string' ? frame : JSON.stringify(frame));
  return 'error' in read ? read.error.problem : null;
}

test('a frame that is right is read', () => {
  expect(problemOf(send)).toBeNull();
});

test.each([
  ['a field is missing', { ...send, text: undefined }, '/text', 'The field /text is missing; add it.'],
  [
    'a field is not known',
    { ...send, colour: 'red' },
    '/colour',
    'The field /colour is not known; leave it out. Known here: op, ref, conversationId, clientId, text, attachmentIds.',
  ],
  ['a type is another', { ...send, text: 7 }, '/text', 'The field /text must be a string, not a number.'],
  [
    'a form is another',
    { ...send, conversationId: 'bowl' },
    '/conversationId',
    /^The field \/conversationId (is not valid\. It is: |does not have the right form\.$)/,
  ],
  ['it is of no known kind', { op: 'shout', ref: '1' }, '/op', /^op must be one of auth, /],
])('where %s, the field and the fix are named', (_what, frame, pointer, detail) => {
  const problem = problemOf(frame);
  expect(problem).toMatchObject({ type: '/problems/invalid', status: 400, errors: [{ pointer }] });
  expect(problem?.errors?.[0]?.detail).toMatch(detail);
  expect(problem?.detail).not.toMatch(/pattern|\^/);
});

test('what is no object is no frame', () => {
  for (const text of ['', '{', '7', 'null', '[]']) expect(problemOf(text)?.status).toBe(400);
});
