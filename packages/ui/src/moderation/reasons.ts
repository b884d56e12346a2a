import type { Role } from '@parley/protocol';
import type { ModerationWords } from './use-moderation-words.ts';

/** Why somebody may read what is private. What is recorded is the word itself and the note, in every language the same. */
export const reasons = [
  { key: 'report', noteNeeded: false },
  { key: 'order', noteNeeded: false },
  { key: 'support', noteNeeded: true },
  { key: 'legal', noteNeeded: true, ownerOnly: true },
] as const satisfies readonly { key: string; noteNeeded: boolean; ownerOnly?: boolean }[];

export type ReasonKey = (typeof reasons)[number]['key'];

/** The reasons that a role may give. */
export const reasonsFor = (role: Role | undefined) =>
  reasons.filter((reason) => !('ownerOnly' in reason) || role === 'owner');

/** What is recorded: `report`, or `support: ticket 812`. */
export const writeReason = (key: ReasonKey, note: string): string =>
  note.trim() === '' ? key : `${key}: ${note.trim()}`;

/** A recorded reason in the reader's words; one that was not given here is said as it stands. */
export function sayReason(words: ModerationWords, recorded: string): string {
  const reason = reasons.find(({ key }) => recorded === key || recorded.startsWith(`${key}: `));
  if (!reason) return recorded;
  return words.say(`mod.reason.${reason.key}`) + recorded.slice(reason.key.length);
}
