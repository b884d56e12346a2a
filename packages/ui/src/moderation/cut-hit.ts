/** A line in three pieces, the middle one to be marked. */
export interface CutHit {
  readonly before: string;
  readonly hit: string;
  readonly after: string;
}

/**
 * Cuts an excerpt so that its hit stands near the beginning of the line and stays in sight however narrow that is.
 * The rest is left to the line's own ellipsis.
 *
 * @param start,end UTF-16 offsets of the hit in `excerpt`
 * @param lead at most how many characters stand before the hit
 */
export function cutHit(excerpt: string, start: number, end: number, lead = 20): CutHit {
  const from = Math.min(Math.max(0, start), excerpt.length);
  const to = Math.min(Math.max(from, end), excerpt.length);
  const before = excerpt.slice(0, from);
  return { before: shorten(before, lead), hit: excerpt.slice(from, to), after: excerpt.slice(to) };
}

function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const tail = text.slice(-most);
  const space = tail.indexOf(' ');
  // Without a space in reach the cut must still not part a surrogate pair.
  const kept = space >= 0 && space < most - 1 ? tail.slice(space + 1) : tail.replace(/^[\udc00-\udfff]/, '');
  return `…${kept}`;
}
