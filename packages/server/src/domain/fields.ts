import { invalid } from './invalid.ts';

/**
 * A name or title as it is stored: one line, trimmed.
 *
 * @throws {ProblemError} `invalid` when nothing is left, or it holds half of a surrogate pair
 */
export function cleanLine(raw: string, pointer: string): string {
  const line = raw.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line === '') throw invalid({ pointer, detail: 'This is empty; write at least one character.' });
  if (/\p{Surrogate}/u.test(line))
    throw invalid({ pointer, detail: 'This holds half of a surrogate pair; send well-formed Unicode.' });
  return line;
}

/**
 * A remark of several lines as it is stored: trimmed, and possibly empty.
 *
 * @throws {ProblemError} `invalid` for what PostgreSQL or UTF-8 cannot hold
 */
export function cleanNote(raw: string, pointer: string): string {
  const note = raw.trim();
  if (/[\0\p{Surrogate}]/u.test(note))
    throw invalid({ pointer, detail: 'This holds a NUL character or half of a surrogate pair; remove it.' });
  return note;
}

/**
 * An address, as it was given.
 *
 * @throws {ProblemError} `invalid` when it holds control characters or half of a surrogate pair
 */
export function cleanAddress(raw: string, pointer: string): string {
  if (/[\p{Cc}\p{Surrogate}]/u.test(raw))
    throw invalid({ pointer, detail: 'This holds control characters; percent-encode or remove them.' });
  return raw;
}

/**
 * A time zone that can be reckoned with.
 *
 * @throws {ProblemError} `invalid` when nobody knows it
 */
export function cleanTimeZone(raw: string, pointer: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: raw });
    return raw;
  } catch {
    throw invalid({ pointer, detail: `${raw} is no time zone that is known here, such as Europe/Lisbon.` });
  }
}

/**
 * A point in time, of the years 1 to 9999 in UTC: others have more than four digits, or none, in ISO 8601 as it is answered.
 *
 * @throws {ProblemError} `invalid` for one that no calendar has, and for other years, such as the zero dates of some databases
 */
export function cleanTime(raw: string, pointer: string): Date {
  const time = new Date(raw);
  if (Number.isNaN(time.getTime())) throw invalid({ pointer, detail: `${raw} is no time.` });
  const year = time.getUTCFullYear();
  if (year < 1 || year > 9999)
    throw invalid({
      pointer,
      detail: `${raw} is not within the years 1 to 9999 (UTC); leave out what is not known.`,
    });
  return time;
}

/** Applies `clean` to a text that may be absent, and then stays absent, or null. */
export function optional<T>(
  value: string | null | undefined,
  clean: (value: string) => T,
): T | null | undefined {
  return typeof value === 'string' ? clean(value) : value;
}
