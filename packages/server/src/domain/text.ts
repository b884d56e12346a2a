import { limits } from '@parley/protocol';
import { invalid } from './invalid.ts';

/**
 * A text as it is stored: trimmed, otherwise as sent.
 *
 * @throws {ProblemError} `invalid`, of `/text`, when it is empty (and nothing is attached), longer than 5,000 characters (code points), or holds what
 *   PostgreSQL or UTF-8 cannot: NUL, halves of surrogate pairs
 */
export function cleanText(raw: string, options: { mayBeEmpty?: boolean } = {}): string {
  const text = raw.trim();
  const detail = textProblem(text, options.mayBeEmpty ?? false);
  if (detail === null) return text;
  throw invalid({ pointer: '/text', detail });
}

function textProblem(text: string, mayBeEmpty: boolean): string | null {
  if (text === '') return mayBeEmpty ? null : 'The text is empty: write something, or attach a file.';
  if (text.length > limits.textLength && characters(text) > limits.textLength)
    return `The text has ${characters(text)} characters; at most ${limits.textLength} fit into one message.`;
  if (text.includes('\0')) return 'The text holds a NUL character; remove it.';
  if (!isWellFormed(text)) return 'The text holds half of a surrogate pair; send well-formed Unicode.';
  return null;
}

function characters(text: string): number {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
