import type { Ajv } from 'ajv';
import plugin from 'ajv-formats';

/** Teaches ajv the formats that the protocol's schemas use. */
export function addFormats(ajv: Ajv): Ajv {
  plugin(ajv, ['date-time', 'email']);
  return ajv;
}
