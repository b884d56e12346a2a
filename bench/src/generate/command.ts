import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { migrate, startEmbeddedPostgres } from 'parley';
import { withClient } from '../with-client.ts';
import { generate, type GenerateOptions } from './generate.ts';
import type { Shape } from './world.ts';

const usage = `Usage: npm run bench -- generate [--messages N] [--conversations N] [--seller N] [--longest N] [--no-check]

Fills a database that has no conversations with a marketplace's data, and says how far it is.

  --messages N       how many messages (default 10,000,000)
  --conversations N  over how many conversations (default a tenth of the messages)
  --seller N         of which one seller has (default a tenth)
  --longest N        messages of the longest conversation, at least (default 10,000, or a tenth)
  --no-check         do not compare heads, seats and search with the log afterwards
  --help             this text

DATABASE_URL        the database to fill; or else
PARLEY_BENCH_DATA   the folder of an embedded PostgreSQL, which is kept for --only flat`;

const whole = (text: string | undefined, otherwise: number, name: string): number => {
  const value = text === undefined ? otherwise : Number(text.replaceAll(/[,_]/g, ''));
  if (!Number.isInteger(value) || value < 1 || value > 1e9) throw new Error(`--${name} takes a whole number`);
  return value;
};

/** Reads the command line; null when only help was asked for. */
function readShape(args: readonly string[]): (Shape & { check: boolean }) | null {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      messages: number,
      conversations: number,
      seller: number,
      longest: number,
      'no-check': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const messages = whole(values.messages, 10_000_000, 'messages');
  const conversations = whole(values.conversations, Math.max(1, Math.floor(messages / 10)), 'conversations');
  const seller = whole(values.seller, Math.max(1, Math.floor(conversations / 10)), 'seller');
  const longest = whole(values.longest, Math.min(10_000, Math.ceil(messages / 10)), 'longest');
  if (conversations > messages || seller > conversations || longest > messages / 2)
    throw new Error('a conversation has at least one message, and the seller and the longest are among all');
  return { messages, conversations, seller, longest, check: !values['no-check'] };
}

/** `bench generate`. */
export async function generateCommand(args: readonly string[]): Promise<void> {
  const shape = readShape(args);
  if (shape === null) {
    console.log(usage);
    return;
  }
  const database = await openTarget();
  try {
    await fill(database.connectionString, shape, { check: shape.check, say: (line) => console.log(line) });
  } finally {
    await database.stop();
  }
}

async function openTarget(): Promise<{ connectionString: string; stop: () => Promise<void> }> {
  const { DATABASE_URL: url, PARLEY_BENCH_DATA: folder } = process.env;
  if (url) return { connectionString: url, stop: () => Promise.resolve() };
  if (!folder) throw new Error('set DATABASE_URL or PARLEY_BENCH_DATA; see --help');
  await mkdir(folder, { recursive: true });
  return startEmbeddedPostgres({ dataDir: folder, log: (line) => console.log(line) });
}

/** Migrates a database and fills it. */
export async function fill(connectionString: string, shape: Shape, options: GenerateOptions): Promise<void> {
  await withClient(connectionString, (client) => migrate(client));
  await generate(connectionString, shape, options);
}
