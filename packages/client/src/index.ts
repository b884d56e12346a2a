export { createClient } from './create-client.ts';
export { isProblem, ParleyError } from './parley-error.ts';
export type * from './types.ts';
