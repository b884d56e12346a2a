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

/** Whose session Parley's pages have in this browser, as far as the demo began it. */
export function signedInAs(cookies: string | undefined): string | undefined {
  return /(?:^|;\s*)kiln_session=([a-z]{1,20})(?:;|$)/.exec(cookies ?? '')?.[1];
}

/** The `Set-Cookie` value that remembers that, or forgets it. */
export function signedInCookie(persona: Persona | null): string {
  const value = persona ? `${persona.person.id}; Max-Age=${lifetime}` : '; Max-Age=0';
  return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax`;
}
