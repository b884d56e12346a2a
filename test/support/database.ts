import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';

/** A database of a test file's own. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it. Rejects when connections to it are still open, and names them: whoever opened them must close them. */
  readonly drop: () => Promise<void>;
}

/** What a new database is a copy of: the migrated template, or nothing. */
export interface TestDatabaseOptions {
  readonly empty?: boolean;
}

/**
 * Creates a database with Parley's schema, a copy of the run's template; about 50 ms.
 * @example
 * const database = await createTestDatabase();
 * afterAll(() => database.drop());
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { adminUrl, template } = inject('database');
  const name = `parley_test_${randomBytes(6).toString('hex')}`;
  const source = options.empty === true ? 'template0' : template;
  await withAdmin(adminUrl, (client) => client.query(`create database ${name} template ${source}`));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => withAdmin(adminUrl, (client) => dropDatabase(client, name)) };
}

async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  const leaked = await openConnections(client, name);
  await client.query(`drop database if exists ${name} with (force)`);
  if (leaked.length > 0) {
    throw new Error(`${leaked.length} database connections were left open:\n${leaked.join('\n')}`);
  }
}

/** A closed connection's backend takes some milliseconds to leave, hence the second looks. */
async function openConnections(client: pg.Client, name: string): Promise<string[]> {
  let left: string[] = [];
  for (let look = 0; look < 20; look += 1) {
    const { rows } = await client.query<{ application_name: string; state: string | null; query: string }>(
      "select application_name, state, query from pg_stat_activity where datname = $1 and backend_type = 'client backend'",
      [name],
    );
    left = rows.map(
      (row) => `  ${row.application_name} (${row.state ?? 'unknown'}): ${row.query.slice(0, 200)}`,
    );
    if (left.length === 0) return left;
    await sleep(50);
  }
  return left;
}

async function withAdmin<T>(adminUrl: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'test-admin' });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}
