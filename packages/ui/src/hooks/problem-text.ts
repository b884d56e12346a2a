import { problemOf } from '@parley/client';
import type { Problem } from '@parley/protocol';
import type { Words } from '../words/use-words.tsx';

/** What a problem says to a person: its detail, else its title. */
export const detailOf = (problem: Problem): string => problem.detail || problem.title;

/** What a failed call says to a person: in general words where the service was not reached, or it was no call that failed. */
export function problemText(error: unknown, words: Pick<Words, 'say'>): string {
  const problem = problemOf(error);
  return problem.status === 0 ? words.say('error.unreached') : detailOf(problem);
}
