import { hostIdPattern, ProblemError, type FieldError } from '@parley/protocol';
import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler, FastifySchema } from 'fastify';
import { addFormats } from './formats.ts';

/** Where a value stands in a request; a body's fields are named by JSON pointers, the others by their names. */
type Part = 'body' | 'query' | 'params';

/** A request that its endpoint's schemas refuse. */
export class InvalidRequest extends Error {
  override name = 'InvalidRequest';

  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map((error) => error.detail).join(' '));
  }
}

const maxErrors = 50;
/** Values in a body; no endpoint takes as many. In one that has more only the first error is looked for: all of them could be a million. */
const maxValues = 5_000;
const shared = { removeAdditional: false, useDefaults: true, verbose: true, strict: false } as const;
const everyError = addFormats(new Ajv({ ...shared, allErrors: true }));
const firstError = addFormats(new Ajv(shared));
/** Addresses are text: only there are numbers and booleans read from it. */
const coercing = addFormats(new Ajv({ ...shared, allErrors: true, coerceTypes: true }));

/** Compiles a route's schemas: every wrong field is named at once, with what would be right. */
export const compileValidator: FastifySchemaCompiler<FastifySchema> = ({ schema, httpPart }) => {
  const part: Part = httpPart === 'body' ? 'body' : httpPart === 'params' ? 'params' : 'query';
  const whole = (part === 'body' ? everyError : coercing).compile(schema);
  const first = part === 'body' ? firstError.compile(schema) : whole;
  return (value: unknown) => {
    const validate = isHuge(value) ? first : whole;
    const errors = validate(value) ? findNul(value, part) : explain(validate.errors ?? [], part);
    if (errors.length === 0) return { value };
    const refusal = new InvalidRequest(errors.slice(0, maxErrors));
    const isNowhere = part === 'params' && !validate.errors?.some(isOfHostId);
    return {
      error: isNowhere
        ? new ProblemError('not-found', `There is no such thing. ${refusal.message}`)
        : refusal,
    };
  };
};

/** The marketplace chooses these, so it hears what is wrong; Parley's own ids and numbers name something or nothing. */
function isOfHostId(error: ErrorObject): boolean {
  return error.keyword === 'pattern' && error.schema === hostIdPattern;
}

function isHuge(value: unknown): boolean {
  const waiting = [value];
  for (let seen = 0; waiting.length > 0;) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner: unknown[] = Object.values(next);
    seen += inner.length;
    if (seen > maxValues) return true;
    waiting.push(...inner);
  }
  return false;
}

function explain(errors: readonly ErrorObject[], part: Part): FieldError[] {
  const told = new Map<string, FieldError>();
  for (const error of errors) {
    if (isAlternative(error, errors)) continue;
    const pointer = pointerOf(error, part);
    if (!told.has(pointer))
      told.set(pointer, { pointer, detail: `${subject(pointer, part)} ${explanation(error)}` });
  }
  return [...told.values()];
}

/** "Or null" is said by two schemas, so a wrong value has an error of each and one of both; the first says what is wanted. */
function isAlternative(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (error.keyword === 'anyOf')
    return all.some((other) => other.schemaPath.startsWith(`${error.schemaPath}/0/`));
  return /\/anyOf\/[1-9]\d*\/type$/.test(error.schemaPath);
}

function pointerOf(error: ErrorObject, part: Part): string {
  const extra: unknown =
    error.params['missingProperty'] ?? error.params['additionalProperty'] ?? error.params['propertyName'];
  const pointer =
    typeof extra === 'string' ? `${error.instancePath}/${escapePointer(extra)}` : error.instancePath;
  return part === 'body' ? pointer : pointer.slice(1);
}

/** RFC 6901, 3; names of strangers are cut. */
function escapePointer(name: string): string {
  return name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}

function subject(pointer: string, part: Part): string {
  if (pointer === '') return part === 'body' ? 'The body' : 'The address';
  const name = pointer.slice(0, 120);
  return part === 'body'
    ? `The field ${name}`
    : `The ${part === 'query' ? 'query' : 'path'} parameter ${name}`;
}

const explanations: Readonly<Record<string, (error: ErrorObject) => string>> = {
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

function explanation(error: ErrorObject): string {
  const known = explanations[error.keyword];
  if (known !== undefined) return known(error);
  const description: unknown = error.parentSchema?.['description'];
  if (typeof description === 'string') return `is not valid. It is: ${description}.`;
  return error.keyword === 'pattern'
    ? 'does not have the right form.'
    : `${error.message ?? 'is not valid'}.`;
}

function knownFields(error: ErrorObject): string {
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

/** PostgreSQL's texts hold every character but NUL. */
function findNul(value: unknown, part: Part): FieldError[] {
  const waiting: { value: unknown; pointer: string }[] = [{ value, pointer: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next.value === 'string' && next.value.includes('\0')) {
      const pointer = part === 'body' ? next.pointer : next.pointer.slice(1);
      return [{ pointer, detail: `${subject(pointer, part)} holds a NUL character; remove it.` }];
    }
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [name, inner] of Object.entries(next.value))
      waiting.push({ value: inner, pointer: `${next.pointer}/${escapePointer(name)}` });
  }
  return [];
}
