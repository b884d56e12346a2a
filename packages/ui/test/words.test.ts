import { expect, test } from 'vitest';
import { initials } from '../src/primitives/Avatar.tsx';
import { linkPieces } from '../src/thread/links.ts';
import { cut, speaker } from '../src/words/catalogue.ts';
import { en } from '../src/words/en.ts';
import { createFormats } from '../src/words/formats.ts';

test('sentences are filled, plurals chosen, numbers written in the reader’s way', () => {
  const { say } = speaker(en, {}, 'en-GB');
  expect(say('thread.latest-count', { count: 1 })).toBe('1 new message');
  expect(say('composer.limit', { used: 4873, max: 5000 })).toBe('4,873 of 5,000 characters');
  const polish = speaker(
    en,
    { 'unread.count': { one: 'jedna', few: '{count} nowe', other: '{count} nowych' } },
    'pl',
  );
  expect(polish.say('unread.count', { count: 3 })).toBe('3 nowe');
  expect(polish.say('unread.count', { count: 5 })).toBe('5 nowych');
  expect(polish.say('action.cancel')).toBe('Cancel');
});

test('what fills a sentence is never cut again', () => {
  expect(cut('By {name}')).toEqual([{ text: 'By ' }, { name: 'name' }]);
  const { say } = speaker(en, {}, 'en');
  expect(say('thread.arrived', { name: '{text}', text: 'x' })).toBe('{text}: x');
});

test('money has its currency’s decimals', () => {
  expect(createFormats('en').money({ amount: 4200, currency: 'EUR' })).toBe('€42.00');
  expect(createFormats('en').money({ amount: 4200, currency: 'JPY' })).toBe('¥4,200');
});

test('how long ago grows coarser with time', () => {
  const now = new Date(2026, 10, 24, 15, 0);
  const formats = createFormats('en-GB');
  const at = (...parts: [number, number, number, number?, number?]) => formats.ago(new Date(...parts), now);
  expect(at(2026, 10, 24, 14, 56)).toBe('4 mins');
  expect(at(2026, 10, 24, 13, 0)).toBe('2 hrs');
  expect(at(2026, 10, 24, 7, 5)).toBe('07:05');
  expect(at(2026, 10, 23, 7)).toBe('Yesterday');
  expect(at(2026, 10, 20)).toBe('Friday');
  expect(at(2026, 10, 3)).toBe('3 Nov');
  expect(at(2025, 10, 3)).toBe('3 Nov 2025');
});

test('only web addresses become links, and no word is lost', () => {
  const text = 'See https://a.example/x?y=1, javascript:alert(1), mail a@b.com and shop.com.';
  const pieces = linkPieces(text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect(pieces.flatMap((piece) => piece.href ?? [])).toEqual(['https://a.example/x?y=1', 'http://shop.com']);
});

test('a hostile text costs linear time', () => {
  const started = performance.now();
  for (const unit of ['http://', 'a.', '((((', 'www.a@', '\u202e//'])
    linkPieces(unit.repeat(10_000 / unit.length));
  expect(performance.now() - started).toBeLessThan(1000);
});

test('initials are letters of the first and the last name, of any script', () => {
  expect(initials('John D.')).toBe('JD');
  expect(initials('Clay & Co')).toBe('CC');
  expect(initials('ليلى حداد')).toBe('لح');
  expect(initials('  ')).toBe('');
  expect(initials('𝔘ni 👍')).toBe('𝔘');
});
