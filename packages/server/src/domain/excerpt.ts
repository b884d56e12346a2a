/** A line around what was found. `start` and `end` are UTF-16 offsets into `excerpt`; both 0 where the place is not known. */
export interface Excerpt {
  readonly excerpt: string;
  readonly start: number;
  readonly end: number;
}

/** Graphemes of a line, and those of them before what was found. */
const length = 120;
const before = 40;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Cuts one line around the first place where a text holds what is sought. No grapheme is cut in two.
 *
 * @param terms folded; the place is that of all of them in a row, else that of the first
 * @param fold what a character becomes by folding: several, one, or none
 */
export function excerptAround(
  text: string,
  terms: readonly string[],
  fold: (character: string) => string,
): Excerpt {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const shown = Array.from(graphemes.segment(line), ({ segment }) => segment);
  const [first, last] = findPlace(shown, terms, fold) ?? [0, 0];
  const from = first <= before || shown.length <= length ? 0 : first - before;
  const upto = Math.min(shown.length, Math.max(from + length, last));
  const join = (start: number, end: number): string => shown.slice(start, end).join('');
  const lead = from > 0 ? '…' : '';
  const start = last > first ? lead.length + join(from, first).length : 0;
  return {
    excerpt: lead + join(from, upto) + (upto < shown.length ? '…' : ''),
    start,
    end: start + join(first, last).length,
  };
}

/** The graphemes `[first, last)` that hold what is sought, or null. Folding changes lengths, so each folded unit knows its grapheme. */
function findPlace(
  shown: readonly string[],
  terms: readonly string[],
  fold: (character: string) => string,
): [number, number] | null {
  const folded = shown.map((grapheme) => Array.from(grapheme, fold).join(''));
  const owners = folded.flatMap((part, index) => new Array<number>(part.length).fill(index));
  const whole = folded.join('');
  for (const wanted of [terms.join(' '), terms[0] ?? '']) {
    const at = wanted === '' ? -1 : whole.indexOf(wanted);
    const first = owners[at];
    const last = owners[at + wanted.length - 1];
    if (first !== undefined && last !== undefined) return [first, last + 1];
  }
  return null;
}
