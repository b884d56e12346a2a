import { expect, test } from 'vitest';
import type { OutboxItem } from '@parley/client';
import type { Message } from '@parley/protocol';
import { chunksOf, type Chunk, type EntriesInput, type Entry } from '../src/thread/entries.ts';
import { isSame } from '../src/thread/is-same.ts';
import { conversation, log, type Say } from './gallery/fixture-data.ts';

const minute = 60_000;
const talk = conversation({ n: 1, buyer: 'John', listing: 'Bowl' });

const inputOf = (messages: Message[], more: Partial<EntriesInput> = {}): EntriesInput => ({
  conversation: { ...talk, others: [] },
  messages,
  outbox: [],
  userId: 'sarah',
  newAfter: null,
  ...more,
});

const entriesIn = (chunks: readonly Chunk[]): Entry[] => chunks.flatMap((chunk) => chunk.entries);

const entries = (says: Say[], more: Partial<EntriesInput> = {}) =>
  entriesIn(chunksOf(inputOf(log(1, says), more)));

/** A line per entry, short enough to compare. */
const outline = (says: Say[], more: Partial<EntriesInput> = {}) => entries(says, more).map(inShort);

const inShort = (entry: Entry) =>
  entry.kind === 'group'
    ? `${entry.own ? 'own' : 'other'} ${entry.lines.map((line) => line.text).join('+')} ${entry.mark}`
    : entry.kind;

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
  expect(outline(says).filter((line) => line !== 'day')).toEqual([
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
  expect(outline(says, { newAfter: 1 }).filter((line) => line !== 'day')).toEqual([
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
  const seen = outline(says, { conversation: { ...talk, others } });
  expect(seen.filter((line) => line !== 'day')).toEqual(['own a none', 'own b read', 'own c delivered']);
});

test('a mediator on the side of the store has not read for it', () => {
  const says: Say[] = [
    { by: 'buyer', ago: 3 * minute, text: 'a' },
    { by: 'moderator', ago: minute, text: 'b' },
  ];
  const seat = { ...talk.seat, side: 'buyer' as const };
  const others = [
    { userId: 'seller', readSeq: 0 },
    { userId: 'olivia', readSeq: 2 },
  ];
  const more = { userId: 'buyer-1', conversation: { ...talk, seat, others } };
  expect(outline(says, more).slice(1)).toEqual(['own a delivered', 'other b none']);
});

test('what waits joins its group under the key that it keeps; what failed stands alone', () => {
  const says: Say[] = [{ by: 'me', ago: 1000, text: 'a' }];
  const outbox = [waiting('b', 'sending'), waiting('c', 'failed'), waiting('d', 'waiting')];
  const all = entries(says, { outbox });
  expect(outline(says, { outbox }).filter((line) => line !== 'day')).toEqual([
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

const hour = 60 * minute;

/** A log of several chunks with all that can stand in one, edits of both sides among it. */
const manySays: Say[] = Array.from({ length: 420 }, (_, index) => {
  const ago = (420 - index) * 7 * minute;
  if (index % 31 === 7) return { by: 'me', ago, kind: 'edit', target: index, text: 'changed' };
  if (index % 10 === 8) return { by: 'system', ago, kind: 'notice', text: `notice ${index}` };
  return { by: index % 9 < 5 ? 'me' : 'buyer', ago, text: String(index) };
});

test('chunks cut no group and lose nothing', () => {
  const messages = log(1, manySays);
  const chunks = chunksOf(inputOf(messages));
  expect(chunks.length).toBe(9);
  // with numbers this small, all of it is one chunk
  const whole = chunksOf(inputOf(messages.map((message) => ({ ...message, seq: message.seq / 1000 }))));
  expect(whole.length).toBe(1);
  expect(entriesIn(chunks).map(inShort)).toEqual(entriesIn(whole).map(inShort));
  expect(chunks.slice(0, -1).map((chunk) => chunk.entries.at(-1)?.kind)).toEqual(Array(8).fill('group'));
});

test('a day begins with its line also where a chunk ends with an edit of that day', () => {
  const today = new Date().setHours(12, 0, 0, 0);
  const before = (hours: number) => Date.now() - today + hours * hour;
  const says: Say[] = [
    ...Array.from({ length: 49 }, (): Say => ({ by: 'me', ago: before(24), text: 'yesterday' })),
    { by: 'buyer', ago: before(2), kind: 'edit', target: 1, text: 'changed' },
    { by: 'buyer', ago: before(1), text: 'today' },
  ];
  const chunks = chunksOf(inputOf(log(1, says)));
  expect(chunks.map((chunk) => chunk.entries.map((entry) => entry.kind))).toEqual([
    ['day', 'group'],
    ['day', 'group'],
  ]);
});

test('only chunks that show something else are told from what was shown', () => {
  const messages = log(1, manySays);
  const some = messages.slice(60);
  const before = chunksOf(inputOf(some));
  const changed = (after: readonly Message[], more: Partial<EntriesInput> = {}) =>
    chunksOf(inputOf([...after], more))
      .filter((chunk) => !before.some((old) => isSame(chunk, old)))
      .map(({ key }) => key);
  const edited = some.map((each) => (each.seq === 210 ? { ...each, text: 'changed' } : each));
  const news = log(1, [{ by: 'buyer', ago: 0, text: 'new', seq: 421 }]);
  const others = [{ userId: 'buyer-1', readSeq: 120 }];
  expect(changed(some)).toEqual([]);
  expect(changed([...some, ...news])).toEqual([8]);
  expect(changed(some.slice(0, -1))).toEqual([8]);
  expect(changed(edited)).toEqual([4]);
  expect(changed(messages)).toEqual([0, 1]);
  expect(changed(some, { newAfter: 260 })).toEqual([5]);
  expect(changed(some, { conversation: { ...talk, others } })).toEqual([2]);
  expect(changed(some, { outbox: [waiting('b', 'sending')] })).toEqual([8]);
  expect(changed(some, { userId: 'marta' })).toEqual(before.map(({ key }) => key));
});

test('a notice says something else when its order does', () => {
  const says: Say[] = [
    {
      by: 'system',
      ago: minute,
      kind: 'notice',
      notice: { type: 'order.updated', orderId: 'o-1', number: '1', status: 'paid' },
    },
  ];
  const messages = log(1, says);
  const orders = [
    { id: 'o-1', number: '1', status: 'paid', total: null, url: null, placedAt: new Date().toISOString() },
  ];
  const shown = (url: string | null) =>
    entriesIn(
      chunksOf(
        inputOf(messages, { conversation: { ...talk, orders: orders.map((each) => ({ ...each, url })) } }),
      ),
    );
  expect(isSame(shown('/order'), shown('/order'))).toBe(true);
  expect(isSame(shown('/order'), shown('/other'))).toBe(false);
});
