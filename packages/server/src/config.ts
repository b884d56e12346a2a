import { readRates, type Rates } from './config/rates.ts';
import { readFailpoint } from './config/failpoint.ts';
import { readMail, type MailConfig } from './config/mail.ts';
import { readNetwork, type NetworkConfig } from './config/network.ts';
import { readOperations, type Operations } from './config/operations.ts';
import { createReader, type Reader } from './config/reader.ts';
import { readSecrets, type Secrets } from './config/secrets.ts';
import type { Failpoint } from './journal/failpoint.ts';

export type { Rate } from './config/rates.ts';

/** `demo` makes its own secrets and keeps them; `serve` is for production and refuses to start without. */
export type Mode = 'demo' | 'serve';

/** Everything that the environment says, checked. */
export interface Config extends Secrets, NetworkConfig, MailConfig, Rates, Operations {
  readonly mode: Mode;
  /** Folder of the embedded database, attachments, generated secrets. */
  readonly dataDir: string;
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  readonly logLevel: string;
  /** Where the process dies on purpose; for tests alone. */
  readonly failpoint?: Failpoint;
  /** What works, but not as the variables may have been meant; a line each, for the log. */
  readonly warnings: readonly string[];
}

/** The environment asks for what cannot be; the message names every variable that is wrong, and what to do about it. */
export class ConfigError extends Error {
  override name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Where the database is: all that `parley migrate` needs. */
export type DatabaseConfig = Pick<Config, 'dataDir' | 'databaseUrl'>;

/** The part of the configuration that says where the database is. @throws {ConfigError} */
export function loadDatabaseConfig(env: Readonly<Record<string, string | undefined>>): DatabaseConfig {
  const reader = createReader(env);
  const config = readDatabase(reader);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

function readDatabase(reader: Reader): DatabaseConfig {
  return {
    dataDir: reader.text('PARLEY_DATA') ?? '.parley',
    databaseUrl: reader.url('DATABASE_URL', ['postgres:', 'postgresql:']),
  };
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Reads the environment. An empty variable counts as not set. In `demo` the secrets that are not given are generated at the
 * first start and kept in `PARLEY_DATA`, readable by their owner alone.
 * @throws {ConfigError} with every error at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, mode: Mode): Config {
  const reader = createReader(env);
  const settings = {
    mode,
    ...readDatabase(reader),
    logLevel: reader.oneOf('LOG_LEVEL', logLevels, mode === 'demo' ? 'warn' : 'info'),
    ...readNetwork(reader),
    ...readMail(reader, mode),
    ...readRates(reader),
    ...readOperations(reader),
    ...readFailpoint(reader),
  };
  const config = { ...settings, ...readSecrets(reader, mode, settings.dataDir), warnings: reader.warnings };
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}
