import { expect, test } from 'vitest';
import { excerptAround } from '../src/domain/excerpt.ts';

const folds = new Map([
  ['ß', 'ss'],
  ['É', 'e'],
  ['\u0301', ''],
  ['㎏', 'kg'],
]);
const fold = (character: string) => folds.get(character) ?? character.toLowerCase();
const marked = (text: string, ...terms: string[]) => {
  const { excerpt, start, end } = excerptAround(text, terms, fold);
  return `${excerpt.slice(0, start)}[${excerpt.slice(start, end)}]${excerpt.slice(end)}`;
};

test.each([
  ['A plain word', ['word'], 'A plain [word]'],
  ['Straße', ['ass'], 'Str[aß]e'],
  ['Straße', ['se'], 'Stra[ße]'],
  ['two\n\n lines\there', ['lines', 'here'], 'two [lines here]'],
  ['here and lines', ['lines', 'here'], 'here and [lines]'],
  ['Cafe\u0301 x', ['cafe'], '[Cafe\u0301] x'],
  ['5㎏ 👩‍👩‍👧 of', ['k'], '5[㎏] 👩‍👩‍👧 of'],
  ['nothing', ['else'], '[]nothing'],
])('%j of %j', (text, terms, expected) => {
  expect(marked(text, ...terms)).toBe(expected);
});

test('is one line, cut around the place', () => {
  const text = `${'x'.repeat(3000)} needle ${'y'.repeat(1990)}`;
  const cut = marked(text, 'needle');
  expect(cut).toBe(`…${'x'.repeat(39)} [needle] ${'y'.repeat(73)}…`);
  expect(marked('👩‍👩‍👧'.repeat(200) + 'needle', 'needle')).toBe(`…${'👩‍👩‍👧'.repeat(40)}[needle]`);
});
