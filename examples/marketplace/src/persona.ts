import { people, type Person } from './shop/people.ts';

/** One of the three people whom a visitor of the demo can be. */
export interface Persona {
  readonly person: Person;
  /** What the bar calls them, and what they are. */
  readonly short: string;
  readonly what: string;
}

function personaOf(id: string, short: string, what: string): Persona {
  const person = people.find((each) => each.id === id);
  if (!person) throw new Error(`There is no person ${id}`);
  return { person, short, what };
}

const john = personaOf('john', 'John', 'buyer');
const sarah = personaOf('sarah', 'Sarah', 'Clay & Co');
const olivia = personaOf('olivia', 'Olivia', 'owner');

export const personas: readonly Persona[] = [john, sarah, olivia];

/** A persona by the word in an address or cookie, or undefined. */
export function findPersona(id: string | undefined): Persona | undefined {
  return personas.find(({ person }) => person.id === id);
}

const cookieName = 'kiln_persona';

/** Who the visitor is: what the demo's cookie says, and John at first. A real shop would look at its own session. */
export function personaFromCookie(cookies: string | undefined): Persona {
  const value = /(?:^|;\s*)kiln_persona=([a-z]{1,20})(?:;|$)/.exec(cookies ?? '')?.[1];
  return findPersona(value) ?? john;
}

/** The `Set-Cookie` value that makes the visitor somebody else. */
export function personaCookie({ person }: Persona): string {
  return `${cookieName}=${person.id}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax`;
}

/** A path of this very site, or `/` for anything that could lead elsewhere. */
export function ownPath(text: unknown): string {
  return typeof text === 'string' && text.length <= 500 && /^\/(?![/\\])[\w\-./?=&%#:@~]*$/.test(text)
    ? text
    : '/';
}
