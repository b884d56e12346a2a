export { createClient } from './create-client.ts';
export { isProblem, ParleyError, problemOf } from './parley-error.ts';
export type * from './types.ts';
