import { expect, test } from 'vitest';
import type { OutboxItem } from '@parley/client';
import { entriesOf, type Entry, type EntriesInput } from '../src/thread/entries.ts';
import { conversation, log, type Say } from './gallery/fixture-data.ts';

const minute = 60_000;
const talk = conversation({ n: 1, buyer: 'John', listing: 'Bowl' });

function entries(says: Say[], more: Partial<EntriesInput> = {}): Entry[] {
  return entriesOf({
    conversation: { ...talk, others: [] },
    messages: log(1, says),
    outbox: [],
    userId: 'sarah',
    newAfter: null,
    ...more,
  });
}

/** A line per entry, short enough to compare. */
const outline = (all: Entry[]) =>
  all.map((entry) =>
    entry.kind === 'group'
      ? `${entry.own ? 'own' : 'other'} ${entry.lines.map((line) => line.text).join('+')} ${entry.mark}`
      : entry.kind,
  );

const waiting = (text: string, state: OutboxItem['state']): OutboxItem => ({
  clientId: text,
  conversationId: talk.id,
  text,
  attachments: [],
  createdAt: new Date().toISOString(),
  state,
  problem: null,
});

test('what one author writes without a pause is one group; colleagues stand on the own side', () => {
  const says: Say[] = [
    { by: 'buyer', ago: 30 * minute, text: 'a' },
    { by: 'buyer', ago: 29 * minute, text: 'b' },
    { by: 'buyer', ago: 5 * minute, text: 'c' },
    { by: 'me', ago: 4 * minute, text: 'd' },
    { by: 'colleague', ago: 3 * minute, text: 'e' },
  ];
  expect(outline(entries(says)).filter((line) => line !== 'day')).toEqual([
    'other a+b none',
    'other c none',
    'own d none',
    'own e delivered',
  ]);
});

test('a new day has its line, and edits and redactions have none', () => {
  const says: Say[] = [
    { by: 'me', ago: 50 * 60 * minute, text: 'a', redactedAt: new Date().toISOString() },
    { by: 'buyer', ago: minute, text: 'b' },
    { by: 'buyer', ago: minute, kind: 'edit', target: 2, text: 'b2' },
    { by: 'moderator', ago: minute, kind: 'redaction', target: 1 },
  ];
  const all = entries(says);
  expect(all.map((entry) => entry.kind)).toEqual(['day', 'group', 'day', 'group']);
  expect(all[1]?.kind === 'group' && all[1].lines[0]?.redactedBy).toBe('moderator');
});

test('the new line stands before the first message of others after what is read', () => {
  const says: Say[] = [
    { by: 'buyer', ago: 3 * minute, text: 'a' },
    { by: 'me', ago: 2 * minute, text: 'b' },
    { by: 'buyer', ago: minute, text: 'c' },
  ];
  expect(outline(entries(says, { newAfter: 1 })).filter((line) => line !== 'day')).toEqual([
    'other a none',
    'own b delivered',
    'new',
    'other c none',
  ]);
});

test('only the other side reads: the last read group is marked, and the last one when it is not', () => {
  const says: Say[] = [
    { by: 'me', ago: 50 * minute, text: 'a' },
    { by: 'me', ago: 30 * minute, text: 'b' },
    { by: 'me', ago: 10 * minute, text: 'c' },
  ];
  const others = [
    { userId: 'buyer-1', readSeq: 2 },
    { userId: 'marta', readSeq: 3 },
  ];
  const seen = entries(says, { conversation: { ...talk, others } });
  expect(outline(seen).filter((line) => line !== 'day')).toEqual([
    'own a none',
    'own b read',
    'own c delivered',
  ]);
});

test('what waits joins its group under the key that it keeps; what failed stands alone', () => {
  const says: Say[] = [{ by: 'me', ago: 1000, text: 'a' }];
  const outbox = [waiting('b', 'sending'), waiting('c', 'failed'), waiting('d', 'waiting')];
  const all = entries(says, { outbox });
  expect(outline(all).filter((line) => line !== 'day')).toEqual([
    'own a+b sending',
    'own c failed',
    'own d waiting',
  ]);
  const sent = entries([{ by: 'me', ago: 1000, text: 'b', clientId: 'b' }]);
  const keyOf = (some: Entry[], text: string) =>
    some.flatMap((entry) => (entry.kind === 'group' ? entry.lines : [])).find((line) => line.text === text)
      ?.key;
  expect(keyOf(all, 'b')).toBe(keyOf(sent, 'b'));
});
