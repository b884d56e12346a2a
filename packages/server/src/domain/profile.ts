import { cleanAddress, cleanLine, cleanTimeZone, optional } from './fields.ts';
import { invalid } from './invalid.ts';

/** What the marketplace says of a person, by its back end or in a token; null where it says that there is none. */
export interface Profile {
  readonly name?: string;
  readonly email?: string | null;
  readonly avatarUrl?: string | null;
  readonly timeZone?: string | null;
}

/**
 * The same as it is stored, with whatever else is said left as it is. What is left out stays out.
 *
 * @throws {ProblemError} `invalid` with the field's pointer, such as `/name`
 */
export function cleanProfile<P extends Profile>(said: P): P {
  const email = optional(said.email, (value) => cleanLine(value, '/email'));
  const avatarUrl = optional(said.avatarUrl, (value) => cleanAddress(value, '/avatarUrl'));
  const timeZone = optional(said.timeZone, (value) => cleanTimeZone(value, '/timeZone'));
  return {
    ...said,
    ...(said.name !== undefined && { name: cleanName(said.name) }),
    ...(email !== undefined && { email }),
    ...(avatarUrl !== undefined && { avatarUrl }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

/** Of a body's texts none holds a NUL when it comes here, of a token's any may. */
function cleanName(raw: string): string {
  if (raw.includes('\0'))
    throw invalid({ pointer: '/name', detail: 'This holds a NUL character; remove it.' });
  return cleanLine(raw, '/name');
}
