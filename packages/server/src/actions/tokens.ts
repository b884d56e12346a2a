import type { Action, HostAsker } from './action.ts';
import { signUserToken } from './user-token.ts';
import { noUser } from './users.ts';

const defaultSeconds = 3600;

/** Signs a user token with Parley's own secret, for hosts that sign none themselves. */
export const createToken: Action<'createToken', HostAsker> = async (context, _asker, { body }) => {
  const user = await context.db
    .selectFrom('users')
    .select('id')
    .where('id', '=', body.userId)
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  if (user === undefined) throw noUser(body.userId);
  const person = { userId: user.id };
  const { token, expiresAt } = await signUserToken(
    context.config.secret,
    person,
    body.expiresIn ?? defaultSeconds,
  );
  return { token, expiresAt: expiresAt.toISOString() };
};
