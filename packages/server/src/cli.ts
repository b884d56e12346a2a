import { createApp, ListenError } from './app.ts';
import { ConfigError, loadConfig, loadDatabaseConfig } from './config.ts';
import { EmbeddedPostgresError } from './db/embedded/errors.ts';
import { MigrationError } from './db/migrate.ts';
import { DatabaseUnreachableError, openDatabase } from './db/open.ts';
import { createLogger } from './http/logging.ts';
import { version } from './http/version.ts';
import { runUntilStopped } from './main.ts';

const help = `Parley ${version()}: the messaging system of a marketplace

Usage: parley <command>

  serve      run the service; it is configured by the environment
  migrate    bring the database's schema up to date, and exit

  --help     show this
  --version  show the version

serve needs PARLEY_SECRET and PARLEY_API_KEY. Without DATABASE_URL it runs a PostgreSQL of its own
in PARLEY_DATA (.parley). Every variable is in docs/api.md#configuration.
`;

type Command = () => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  serve: async () => {
    const app = await createApp(loadConfig(process.env, 'serve'));
    app.context.log.info(
      { address: app.address, publicUrl: app.context.config.publicUrl },
      'Parley is ready',
    );
    return runUntilStopped(app);
  },
  migrate: async () => {
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    const database = await openDatabase(loadDatabaseConfig(process.env), { log: createLogger('warn'), say });
    await database.close();
    say(
      database.migrated.length === 0 ? 'The schema is up to date.' : `Ran: ${database.migrated.join(', ')}.`,
    );
    return 0;
  },
  '--help': () => print(help),
  '--version': () => print(`${version()}\n`),
};

function print(text: string): Promise<number> {
  process.stdout.write(text);
  return Promise.resolve(0);
}

/** Runs a command line and answers the exit code: 2 for one that is not understood, 1 for what cannot be done. */
export async function run(args: readonly string[]): Promise<number> {
  const [name = '--help', ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined || rest.length > 0) {
    process.stderr.write(`There is no "parley ${args.join(' ')}".\n\n${help}`);
    return 2;
  }
  try {
    return await command();
  } catch (error) {
    if (!isForPeople(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

/** Errors whose message says what to do; of all others the stack is wanted. */
function isForPeople(error: unknown): error is Error {
  return [ConfigError, ListenError, EmbeddedPostgresError, MigrationError, DatabaseUnreachableError].some(
    (known) => error instanceof known,
  );
}
