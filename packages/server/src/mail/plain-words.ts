// Control characters and line ends, which would break a header; and characters that are not seen but turn or hide others: bidi
// controls, zero-width spaces, tags. U+200C and U+200D stay, since Persian and emoji need them.
const breaking = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
const unseen = /(?![\u200c\u200d])\p{Cf}/gu;
const at = /[@\uff20\ufe6b]/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Any text as one visible line of at most `max` UTF-16 units, cut between graphemes. */
export function oneLine(text: string, max: number): string {
  const line = text
    .slice(0, max * 8)
    .normalize('NFC')
    .replace(unseen, '')
    .replace(breaking, ' ')
    .replace(/\p{Cs}/gu, '')
    // An encoded word (RFC 2047) would be decoded by whoever reads the header, and could be anything then.
    .replaceAll('=?', '= ?')
    .trim();
  return cut(line, max);
}

/**
 * A person's or store's name as a mail may show it: one line that cannot be taken for an address, nor give one away. Of a word with
 * an `@` only the part before it stays. May be empty.
 */
export function displayName(name: string, max = 60): string {
  const words = oneLine(name, 400)
    .replace(/[<>"\\]/gu, ' ')
    .split(' ')
    .map(withoutAddress)
    .filter((word) => word !== '');
  return cut(words.join(' '), max);
}

function withoutAddress(word: string): string {
  const index = word.search(at);
  if (index < 0) return word;
  return index > 0 ? word.slice(0, index) : withoutAddress(word.slice(1));
}

/** A message's text as a preview: its lines kept, what is unseen or controls removed, at most `max` UTF-16 units. */
export function previewText(text: string, max: number): string {
  const lines = text
    .slice(0, max * 2)
    .replace(/\r\n?|[\u0085\p{Zl}\p{Zp}]/gu, '\n')
    .replace(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu, '')
    .replace(/\n{3,}/gu, '\n\n')
    .trim();
  return cut(lines, max, text.length > max * 2);
}

/** Cuts at a grapheme's end, and where there is one near, at a space; the cut shows as an ellipsis. */
function cut(text: string, max: number, always = false): string {
  if (text.length <= max && !always) return text;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text.slice(0, max + 64))) {
    if (index + segment.length > max - 1) break;
    end = index + segment.length;
  }
  const space = text.lastIndexOf(' ', end);
  const kept = text.slice(0, space > end - 24 && space > 0 ? space : end).trimEnd();
  return `${kept}…`;
}
