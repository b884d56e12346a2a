import { SignJWT } from 'jose';
import type { Action, HostAsker } from './action.ts';
import { noUser } from './users.ts';

const defaultSeconds = 3600;

/** Signs a user token (JWT, HS256) with Parley's own secret; claims are `sub`, `iat` and `exp` alone. */
export const createToken: Action<'createToken', HostAsker> = async (context, _asker, { body }) => {
  const user = await context.db
    .selectFrom('users')
    .select('id')
    .where('id', '=', body.userId)
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  if (user === undefined) throw noUser(body.userId);
  const now = Math.floor(Date.now() / 1000);
  const expiry = now + (body.expiresIn ?? defaultSeconds);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(user.id)
    .setIssuedAt(now)
    .setExpirationTime(expiry)
    .sign(new TextEncoder().encode(context.config.secret));
  return { token, expiresAt: new Date(expiry * 1000).toISOString() };
};
