import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A path below the repository's folder. */
export const at = (...parts) => join(root, ...parts);

export const exists = (...parts) => existsSync(at(...parts));
