import { invalid } from '../domain/invalid.ts';

/** A place in a list that is ordered by time, newest first: the last row of the page before. */
export interface TimePosition {
  /** ISO 8601, milliseconds. */
  readonly at: string;
  readonly id: string;
}

/** A position as an opaque text for `nextCursor`. */
export function encodeCursor(position: TimePosition | null): string | null {
  return position === null ? null : Buffer.from(`${position.at} ${position.id}`).toString('base64url');
}

/** A time as `toISOString` writes it, and a UUID. PostgreSQL knows no year 0. */
const positionForm = /^((?!0000)\d{4}-\d\d-\d\dT[\d:.]{12}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function isTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

/**
 * The position that a `cursor` names, or null without one.
 *
 * @throws {ProblemError} `invalid` for anything that no list gave
 */
export function decodeCursor(cursor: string | undefined): TimePosition | null {
  if (cursor === undefined) return null;
  const match = positionForm.exec(Buffer.from(cursor, 'base64url').toString());
  const [, at, id] = match ?? [];
  if (at !== undefined && id !== undefined && isTime(at)) return { at, id };
  throw invalid({
    pointer: 'cursor',
    detail: 'This is no cursor that a list gave; leave it out for the first page.',
  });
}
