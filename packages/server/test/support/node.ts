import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { pino, type DestinationStream } from 'pino';
import type { Context } from '../../src/actions/action.ts';
import { createDiskBlobs } from '../../src/blobs/disk.ts';
import { createPostgresBus } from '../../src/bus/postgres.ts';
import { loadConfig } from '../../src/config.ts';
import { createKysely, createPool } from '../../src/db/pool.ts';
import type { Tables } from '../../src/db/tables.ts';
import { createLinks } from '../../src/http/links.ts';
import { createJournal } from '../../src/journal/create-journal.ts';

/** What one process of the service works with, over a given database; real throughout. */
export interface TestNode {
  readonly context: Context;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

export async function createNode(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
  logTo?: DestinationStream,
): Promise<TestNode> {
  const config = loadConfig(
    {
      PARLEY_SECRET: 'a secret of forty characters for testing',
      PARLEY_API_KEY: 'an-api-key-of-forty-characters-for-tests',
      PUBLIC_URL: 'http://market.test:4000',
      MAIL_FROM: 'Kiln & Lens <post@kiln.test>',
      PARLEY_DATA: join(tmpdir(), 'parley-test-data'),
      NOTIFY_DELAY: '0',
      ...env,
    },
    'serve',
  );
  const log = logTo ? pino({ level: 'trace' }, logTo) : pino({ level: 'silent' });
  const pool = createPool(databaseUrl, { pipeline: true });
  const db = createKysely<Tables>(pool);
  const bus = await createPostgresBus({ connectionString: databaseUrl, db, log });
  const journal = createJournal({ pool, bus, log, notifyDelay: config.notifyDelay });
  const links = createLinks(config.secret, config.publicUrl);
  const blobs = createDiskBlobs(config.dataDir);
  const close = async () => {
    await journal.close();
    await bus.close();
    await pool.end();
  };
  return { context: { db, journal, bus, blobs, links, config, log }, pool, close };
}
