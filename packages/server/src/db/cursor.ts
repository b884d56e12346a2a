import { ProblemError } from '@parley/protocol';

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

/**
 * The position that a `cursor` names, or null without one.
 *
 * @throws {ProblemError} `invalid` for anything that no list gave
 */
export function decodeCursor(cursor: string | undefined): TimePosition | null {
  if (cursor === undefined) return null;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f-]{36})$/.exec(
    Buffer.from(cursor, 'base64url').toString(),
  );
  const [, at, id] = match ?? [];
  if (at !== undefined && id !== undefined && !Number.isNaN(Date.parse(at))) return { at, id };
  const detail = 'This is no cursor that a list gave; leave it out for the first page.';
  throw new ProblemError('invalid', detail, { errors: [{ pointer: 'cursor', detail }] });
}
