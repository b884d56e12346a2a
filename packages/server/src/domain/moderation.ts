import { ProblemError, type Role } from '@parley/protocol';

/** Who asks, as far as it matters to moderation. */
export interface ModerationAsker {
  readonly role: Role;
}

/** Whether somebody may look at what is not theirs. */
export function mayModerate(asker: ModerationAsker): boolean {
  return asker.role === 'moderator' || asker.role === 'owner';
}

/** @throws {ProblemError} `forbidden` unless the asker may moderate */
export function requireModerator(asker: ModerationAsker): void {
  if (!mayModerate(asker))
    throw new ProblemError('forbidden', 'This is for the moderators and the owner of the marketplace.');
}
