import { expect, it } from 'vitest';
import { ownPath, personaCookie, personaFromCookie, personas } from '../src/persona.ts';

it('knows the visitor by its cookie, and as John without', () => {
  for (const persona of personas) {
    const cookie = personaCookie(persona).split(';', 1)[0] ?? '';
    expect(personaFromCookie(`other=1; ${cookie}; last=2`)).toBe(persona);
  }
  for (const cookie of [undefined, '', 'kiln_persona=mallory', 'not_kiln_persona=sarah'])
    expect(personaFromCookie(cookie).person.id).toBe('john');
});

it.each([
  '/',
  '/listings/bowl',
  '/orders?placed=1001#o-1001',
  '/messages/0199c1f2-0000-7000-8000-000000000000',
])('goes back to %s', (path) => expect(ownPath(path)).toBe(path));

it.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  '',
  undefined,
  ['/a'],
  '/a\r\nset-cookie: b',
  `/${'a'.repeat(501)}`,
])('goes to the front page rather than to %j', (path) => expect(ownPath(path)).toBe('/'));
