import { Type, type Static, type TObject, type TProperties, type TSchema, type TUnsafe } from 'typebox';
import { limits } from './limits.ts';

/** An object that refuses unknown fields; what is optional is said per field. */
export function closed<P extends TProperties>(
  properties: P,
  options: { description?: string } = {},
): TObject<P> {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** One of a few words, as JSON Schema `enum` (readable in OpenAPI, unlike `anyOf` of constants). */
export function oneOf<const T extends readonly string[]>(
  values: T,
  options: { description?: string } = {},
): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });
}

/** The same, or null. */
export function nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  return Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: 'null' }] });
}

/** `{items, nextCursor}`, the shape of every list with pages. */
export function page<T extends TSchema>(item: T) {
  return closed({ items: Type.Array(item), nextCursor: nullable(Type.String()) });
}

/** By it a validator knows an id of the marketplace's from other texts. */
export const hostIdPattern = `^[A-Za-z0-9_.:@-]{1,${limits.hostIdLength}}$`;
export const HostId = Type.String({
  pattern: hostIdPattern,
  description: `The marketplace's own id: 1 to ${limits.hostIdLength} of A-Z a-z 0-9 _ . : @ -`,
});
export const Uuid = Type.String({
  pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  description: "Parley's own id, a UUIDv7",
});
export const Time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC, milliseconds' });
export const HttpUrl = Type.String({
  pattern: '^(https?://|/)[^\\s<>"]*$',
  maxLength: limits.urlLength,
  description: "An http or https address, or a path on the marketplace's own host",
});
export const Email = Type.String({ format: 'email', maxLength: 254 });
export const Name = Type.String({ minLength: 1, maxLength: limits.nameLength });
/** What PostgreSQL's `int` holds at most. */
const maxInt = 2_147_483_647;
export const Seq = Type.Integer({
  minimum: 1,
  maximum: maxInt,
  description: "A message's place in its conversation: 1, 2, 3 … without gaps",
});
/** Up to where a log was read; 0 for nothing of it. */
export const ReadSeq = Type.Integer({ minimum: 0, maximum: maxInt });
export const ClientId = Type.String({
  minLength: 1,
  maxLength: limits.clientIdLength,
  // PostgreSQL stores no NUL, UTF-8 no half of a surrogate pair.
  pattern: '^[^\\u0000\\p{Cs}]*$',
  description: "The sender's own name for a send; the same again never makes a second message",
});
/** Its length counts after trimming, which no schema can say; what is sent around it the body's and the frame's own limits hold. */
export const MessageText = Type.String({
  description: `Plain text, at most ${limits.textLength} characters after trimming`,
});
export const Locale = Type.String({
  pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
  maxLength: 35,
  description: 'BCP 47, such as en or pt-BR',
});
export const TimeZone = Type.String({
  pattern: '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$',
  maxLength: 64,
  description: 'IANA, such as Europe/Lisbon',
});
export const Money = closed({
  amount: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'In minor units' }),
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
});

export type Money = Static<typeof Money>;
