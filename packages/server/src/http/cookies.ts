import type { LinkClaims, Links } from './links.ts';

/** What the session cookie says: whose session, and whether it opens one conversation alone. */
export type Session = Extract<LinkClaims, { purpose: 'session' }>;

const cookieName = 'parley_session';

/** The session that a request's cookie proves, or null. */
export function readSession(links: Links, cookieHeader: string | undefined): Session | null {
  const prefix = `${cookieName}=`;
  const cookie = cookieHeader
    ?.split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(prefix));
  return cookie === undefined ? null : links.verify('session', cookie.slice(prefix.length));
}

/** A `Set-Cookie` that scripts cannot read and other sites cannot use. @param seconds how long it lasts */
export function sessionCookie(links: Links, session: Session, seconds: number, isSecure: boolean): string {
  const value = links.sign(session, seconds);
  return `${cookieName}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}
