import { createSecretKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';

/** A user token and when it stops speaking for its person. */
export interface UserToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * Signs a user token (JWT, HS256). `conversationId` narrows it to that one conversation; its claim is `cid`.
 * @param expiresIn seconds
 */
export async function signUserToken(
  secret: string,
  person: { readonly userId: string; readonly conversationId?: string | undefined },
  expiresIn: number,
): Promise<UserToken> {
  const now = Math.floor(Date.now() / 1000);
  const claims = person.conversationId === undefined ? {} : { cid: person.conversationId };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(person.userId)
    .setIssuedAt(now)
    .setExpirationTime(now + expiresIn)
    .sign(tokenKey(secret));
  return { token, expiresAt: new Date((now + expiresIn) * 1000) };
}

/** The key that user tokens are signed with: the secret's own bytes, as the marketplace's libraries take it. */
export function tokenKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret));
}
