import { endpoints, serverFrames, type Answer, type RouteName, type ServerFrame } from '@parley/protocol';
import { Ajv, type ValidateFunction } from 'ajv';
import { addFormats } from '../../src/http/formats.ts';

const ajv = addFormats(new Ajv({ strict: false }));
const frames = new Map<string, ValidateFunction<ServerFrame>>(
  Object.entries(serverFrames).map(([op, schema]) => [op, ajv.compile<ServerFrame>(schema)]),
);

/** Reads a frame from the service and holds it against its schema. @throws when it is none of the protocol's */
export function readServerFrame(text: string): ServerFrame {
  const value: unknown = JSON.parse(text);
  const op = typeof value === 'object' && value !== null && 'op' in value ? String(value.op) : '';
  const isFrame = frames.get(op);
  if (isFrame?.(value) === true) return value;
  throw new Error(`No frame of the protocol: ${text}`);
}

/** Whether a value is what an endpoint answers. */
export function isAnswer<N extends RouteName>(name: N, value: unknown): value is Answer<N> {
  return ajv.validate(endpoints[name].response, value);
}
