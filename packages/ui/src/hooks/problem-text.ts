import type { Problem } from '@parley/protocol';
import type { Words } from '../words/use-words.tsx';

/** What a problem says to a person: its detail, else its title. */
export const detailOf = (problem: Problem): string => problem.detail || problem.title;

/** What a refused call says to a person; anything that is no problem of the API is said in general words. */
export function problemText(error: unknown, words: Pick<Words, 'say'>): string {
  const problem: unknown = error instanceof Error && 'problem' in error ? error.problem : null;
  if (typeof problem !== 'object' || problem === null) return words.say('error.unknown');
  const { detail, title } = { detail: '', title: '', ...problem };
  return detail || title || words.say('error.unknown');
}
