import { Ajv, type ValidateFunction } from 'ajv';
import { clientFrames, ProblemError, type ClientFrame, type FieldError } from '@parley/protocol';
import { explainErrors } from '../domain/schema-errors.ts';

const ajv = new Ajv({ strict: false, allErrors: false, verbose: true });
const validators = new Map<string, ValidateFunction<ClientFrame>>(
  Object.entries(clientFrames).map(([op, schema]) => [op, ajv.compile<ClientFrame>(schema)]),
);

/** A frame that could be read, or what is wrong with it and the `ref` to answer to, where it has one. */
export type ReadFrame =
  { readonly frame: ClientFrame } | { readonly ref: string | undefined; readonly error: ProblemError };

/** Reads a client's frame: JSON, of a known `op`, with all its fields and no others. */
export function readFrame(text: string): ReadFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ref: undefined, error: new ProblemError('bad-request', 'The frame is not JSON.') };
  }
  const ref = stringField(value, 'ref');
  const op = stringField(value, 'op');
  const validate = op === undefined ? undefined : validators.get(op);
  if (validate === undefined)
    return {
      ref,
      error: invalid([{ pointer: '/op', detail: `op must be one of ${[...validators.keys()].join(', ')}.` }]),
    };
  return validate(value)
    ? { frame: value }
    : { ref, error: invalid(explainErrors(validate.errors ?? [], 'frame')) };
}

function stringField(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const field: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return typeof field === 'string' && field !== '' ? field.slice(0, 64) : undefined;
}

function invalid(errors: FieldError[]): ProblemError {
  return new ProblemError('invalid', errors.map((error) => error.detail).join(' '), { errors });
}
