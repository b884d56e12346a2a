import type { FieldError } from '@parley/protocol';

/** What a validator of JSON Schema (ajv, told to be verbose) says of one wrong value. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

/** Where a value stands; fields of a body or a frame are named by JSON pointers, the others by their names. */
export type Part = 'body' | 'frame' | 'query' | 'params';

const wholes: Readonly<Record<Part, string>> = {
  body: 'The body',
  frame: 'The frame',
  query: 'The address',
  params: 'The address',
};

/** What a schema's errors say of a value: each wrong field once, with what would be right. */
export function explainErrors(errors: readonly SchemaError[], part: Part): FieldError[] {
  const told = new Map<string, FieldError>();
  for (const error of errors) {
    if (isAlternative(error, errors)) continue;
    const pointer = pointerOf(error, part);
    if (!told.has(pointer))
      told.set(pointer, { pointer, detail: `${subjectOf(pointer, part)} ${explanation(error)}` });
  }
  return [...told.values()];
}

/** "Or null" is said by two schemas, so a wrong value has an error of each and one of both; the first says what is wanted. */
function isAlternative(error: SchemaError, all: readonly SchemaError[]): boolean {
  if (error.keyword === 'anyOf')
    return all.some((other) => other.schemaPath.startsWith(`${error.schemaPath}/0/`));
  return /\/anyOf\/[1-9]\d*\/type$/.test(error.schemaPath);
}

function pointerOf(error: SchemaError, part: Part): string {
  const extra: unknown =
    error.params['missingProperty'] ?? error.params['additionalProperty'] ?? error.params['propertyName'];
  const pointer =
    typeof extra === 'string' ? `${error.instancePath}/${escapePointer(extra)}` : error.instancePath;
  return isTree(part) ? pointer : pointer.slice(1);
}

function isTree(part: Part): boolean {
  return part === 'body' || part === 'frame';
}

/** A name as a part of a JSON pointer (RFC 6901, 3); names of strangers are cut. */
export function escapePointer(name: string): string {
  return name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** How a value is spoken of, by its pointer or name. */
export function subjectOf(pointer: string, part: Part): string {
  if (pointer === '') return wholes[part];
  const name = pointer.slice(0, 120);
  return isTree(part) ? `The field ${name}` : `The ${part === 'query' ? 'query' : 'path'} parameter ${name}`;
}

const explanations: Readonly<Record<string, (error: SchemaError) => string>> = {
  required: () => 'is missing; add it.',
  additionalProperties: (error) => `is not known; leave it out.${knownFields(error)}`,
  type: (error) => `must be ${withArticle(String(error.params['type']))}, not ${describe(error.data)}.`,
  enum: (error) => `must be one of ${list(error.params['allowedValues'])}.`,
  const: (error) => `must be ${JSON.stringify(error.params['allowedValue'])}.`,
  format: (error) =>
    error.params['format'] === 'date-time'
      ? 'must be a time in ISO 8601, such as 2026-01-31T12:00:00.000Z.'
      : `must be a valid ${String(error.params['format'])} address.`,
  minLength: (error) =>
    error.params['limit'] === 1
      ? 'must not be empty.'
      : `needs at least ${String(error.params['limit'])} characters.`,
  maxLength: (error) => `may have at most ${String(error.params['limit'])} characters.`,
  minimum: (error) => `must be at least ${String(error.params['limit'])}.`,
  maximum: (error) => `may be at most ${String(error.params['limit'])}.`,
  maxItems: (error) => `may have at most ${String(error.params['limit'])} items.`,
  maxProperties: (error) => `may have at most ${String(error.params['limit'])} entries.`,
  uniqueItems: () => 'must not hold the same item twice.',
};

function explanation(error: SchemaError): string {
  const known = explanations[error.keyword];
  if (known !== undefined) return known(error);
  const description: unknown = error.parentSchema?.['description'];
  if (typeof description === 'string') return `is not valid. It is: ${description}.`;
  return error.keyword === 'pattern'
    ? 'does not have the right form.'
    : `${error.message ?? 'is not valid'}.`;
}

function knownFields(error: SchemaError): string {
  const properties: unknown = error.parentSchema?.['properties'];
  if (typeof properties !== 'object' || properties === null) return '';
  const names = Object.keys(properties);
  return names.length === 0 ? '' : ` Known here: ${names.join(', ')}.`;
}

function withArticle(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return withArticle(Array.isArray(value) ? 'array' : typeof value);
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map(String).join(', ') : '';
}
