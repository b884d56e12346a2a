import { linkifyit } from 'linkify-it';
import { limits } from '@parley/protocol/limits';

export type Piece = { text: string; href?: string };

const finder = linkifyit({ fuzzyEmail: false, fuzzyLink: true })
  .add('mailto:', null)
  .add('ftp:', null)
  .add('//', null);

/** A text cut at its web addresses; only http and https become links. Longer texts than a message may be are not searched. */
export function linkPieces(text: string): Piece[] {
  const matches = text.length > limits.textLength * 2 ? null : finder.match(text);
  if (!matches) return [{ text }];
  const pieces: Piece[] = [];
  let at = 0;
  for (const { index, lastIndex, url, raw } of matches) {
    if (!/^https?:\/\//i.test(url)) continue;
    if (index > at) pieces.push({ text: text.slice(at, index) });
    pieces.push({ text: raw, href: url });
    at = lastIndex;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}
