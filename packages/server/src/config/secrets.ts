import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mode } from '../config.ts';
import type { Reader } from './reader.ts';

export interface Secrets {
  /** At least 32 characters; signs and verifies user tokens (HS256) and links. */
  readonly secret: string;
  /** The marketplace back end's key. */
  readonly apiKey: string;
}

const secretLength = 32;
const keyLength = 16;

/** The secrets as given; in `demo`, those that are missing are generated once and kept. */
export function readSecrets(reader: Reader, mode: Mode, dataDir: string): Secrets {
  const secret = reader.text('PARLEY_SECRET');
  const apiKey = reader.text('PARLEY_API_KEY');
  if (secret !== null && secret.length < secretLength)
    reader.fail(
      `PARLEY_SECRET has ${secret.length} characters; it needs at least ${secretLength}. Make one: openssl rand -base64 36`,
    );
  if (apiKey !== null && (apiKey.length < keyLength || /[^\x21-\x7e]/.test(apiKey)))
    reader.fail(
      `PARLEY_API_KEY must be at least ${keyLength} visible ASCII characters. Make one: openssl rand -hex 32`,
    );
  if (secret !== null && apiKey !== null) {
    if (secret === apiKey) reader.fail('PARLEY_API_KEY must be another than PARLEY_SECRET.');
    return { secret, apiKey };
  }
  if (mode === 'demo') return { ...keptSecrets(reader, dataDir), ...given({ secret, apiKey }) };
  if (secret === null)
    reader.fail(
      `PARLEY_SECRET is not set. It signs user tokens and links: at least ${secretLength} characters, the same on every node. Make one: openssl rand -base64 36`,
    );
  if (apiKey === null)
    reader.fail(
      "PARLEY_API_KEY is not set. It is the marketplace back end's key. Make one: openssl rand -hex 32",
    );
  return { secret: secret ?? '', apiKey: apiKey ?? '' };
}

function given(secrets: { secret: string | null; apiKey: string | null }): Partial<Secrets> {
  return {
    ...(secrets.secret !== null && { secret: secrets.secret }),
    ...(secrets.apiKey !== null && { apiKey: secrets.apiKey }),
  };
}

/** The secrets of a demo, the same at every start. Two first starts at once agree: the first file that is there counts. */
function keptSecrets(reader: Reader, dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  try {
    return readKept(file) ?? keep(dataDir, file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reader.fail(
      `PARLEY_DATA: the demo cannot keep its secrets in ${file} (${reason}). Choose a folder that can be written.`,
    );
    return { secret: '', apiKey: '' };
  }
}

function keep(dataDir: string, file: string): Secrets {
  mkdirSync(dataDir, { recursive: true });
  const secrets = {
    secret: randomBytes(36).toString('base64url'),
    apiKey: `pk_${randomBytes(24).toString('base64url')}`,
  };
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return secrets;
  } catch (error) {
    const first = readKept(file);
    if (first === null) throw error;
    return first;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readKept(file: string): Secrets | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const kept: unknown = JSON.parse(text);
  if (isSecrets(kept)) return { secret: kept.secret, apiKey: kept.apiKey };
  throw new Error('it holds something else; delete it, and new ones are made');
}

function isSecrets(value: unknown): value is Secrets {
  return (
    typeof value === 'object' &&
    value !== null &&
    'secret' in value &&
    typeof value.secret === 'string' &&
    value.secret.length >= secretLength &&
    'apiKey' in value &&
    typeof value.apiKey === 'string' &&
    value.apiKey.length >= keyLength
  );
}
