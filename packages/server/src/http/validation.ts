import { hostIdPattern, ProblemError, type FieldError } from '@parley/protocol';
import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler, FastifySchema } from 'fastify';
import { escapePointer, explainErrors, subjectOf, type Part } from '../domain/schema-errors.ts';
import { addFormats } from './formats.ts';

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
    const errors = validate(value) ? findNul(value, part) : explainErrors(validate.errors ?? [], part);
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

/** PostgreSQL's texts hold every character but NUL. */
function findNul(value: unknown, part: Part): FieldError[] {
  const waiting: { value: unknown; pointer: string }[] = [{ value, pointer: '' }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next.value === 'string' && next.value.includes('\0')) {
      const pointer = part === 'body' ? next.pointer : next.pointer.slice(1);
      return [{ pointer, detail: `${subjectOf(pointer, part)} holds a NUL character; remove it.` }];
    }
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [name, inner] of Object.entries(next.value))
      waiting.push({ value: inner, pointer: `${next.pointer}/${escapePointer(name)}` });
  }
  return [];
}
