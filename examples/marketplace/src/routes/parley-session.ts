import type { Parley } from '../parley.ts';
import type { Persona } from '../persona.ts';

/** The address that begins a session of Parley's own pages, which a token of the shop's opens, and leads on to `to`. */
export async function parleySession(parley: Parley, { person }: Persona, to: string): Promise<string> {
  const token = await parley.signToken(person);
  return `/session?${new URLSearchParams({ token, to }).toString()}`;
}

const cookieName = 'kiln_session';
/** Seconds. Shorter than the session itself, so that it never speaks of one that has ended. */
const lifetime = 6 * 3600;

/** Says that the link of an email has begun the session. */
export const signedInByLink = 'link';

/** Who began the session that Parley's pages have in this browser, as far as the demo knows: a persona's id, or `signedInByLink`. */
export function signedInBy(cookies: string | undefined): string | undefined {
  return /(?:^|;\s*)kiln_session=([a-z]{1,20})(?:;|$)/.exec(cookies ?? '')?.[1];
}

/** The `Set-Cookie` value that remembers it. */
export function signedInCookie(by: string): string {
  return `${cookieName}=${by}; Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Lax`;
}
