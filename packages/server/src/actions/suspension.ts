import { ProblemError } from '@parley/protocol';
import type { Context, PersonAsker } from './action.ts';

/**
 * Looks whether the asker is suspended by now, before work that is worth nothing then. What writes messages needs it not: the journal
 * looks under its lock.
 *
 * @param what the account cannot do, such as `write`
 * @throws {ProblemError} `suspended`
 */
export async function refuseSuspended(context: Context, asker: PersonAsker, what: string): Promise<void> {
  const user = await context.db
    .selectFrom('users')
    .select('suspended')
    .where('id', '=', asker.userId)
    .executeTakeFirst();
  if (user?.suspended === true)
    throw new ProblemError(
      'suspended',
      `Your account is suspended, so it cannot ${what}. Ask the marketplace.`,
    );
}
