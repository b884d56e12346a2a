import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** One numbered SQL file, `0001_name.sql`. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  /** Its first line is `-- breaking`: programs that do not know it must not work on the database. */
  readonly breaking: boolean;
  readonly sql: string;
}

/** How a database's schema stands to this program: `newer` means changed in a way that this program cannot work with. */
export type SchemaState = 'current' | 'behind' | 'newer';

/** The database cannot be brought to this program's schema; the message says why and what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/** The database has been migrated by a newer version of the program. */
export class DatabaseNewerError extends MigrationError {
  override name = 'DatabaseNewerError';

  constructor(readonly unknown: readonly string[]) {
    super(
      `The database is newer than this Parley: it has the migrations ${unknown.join(', ')}. ` +
        'Start the Parley that made them or a newer one, or restore a backup from before.',
    );
  }
}

/** The server is older than PostgreSQL 15. */
export class PostgresTooOldError extends MigrationError {
  override name = 'PostgresTooOldError';

  constructor(version: string) {
    super(`Parley needs PostgreSQL 15 or newer; this server is ${version}.`);
  }
}

interface Applied {
  readonly id: number;
  readonly name: string;
  readonly breaking: boolean;
}

/** The key of the advisory lock that migrations run under: "parley" in a hash of its own, and nothing else uses it. */
const lockKey = "hashtextextended('parley_migrations', 0)";

/**
 * Brings a database's schema up to date: runs each migration that it does not have, in the order of their numbers, each in a
 * transaction. Safe to call from many processes at once: one works, the others wait for it. Needs a session of its
 * own, so no pooler in transaction mode may stand between.
 * @returns the migrations that this call ran, none when the schema was current
 * @throws {DatabaseNewerError} {@link PostgresTooOldError} {@link MigrationError}
 */
export async function migrate(
  db: pg.Pool | pg.ClientBase,
  folder = migrationsFolder(),
): Promise<Migration[]> {
  const migrations = await readMigrations(folder);
  if (!(db instanceof pg.Pool)) return migrateLocked(db, migrations);
  const client = await db.connect();
  try {
    const done = await migrateLocked(client, migrations);
    client.release();
    return done;
  } catch (error) {
    // Closing the connection is what surely gives the lock back.
    client.release(true);
    throw error;
  }
}

/**
 * Tells how the schema stands to this program, for `/readyz`. Migrations unknown here count only where they are
 * breaking: an old node goes on working while the first new one starts.
 */
export async function schemaState(
  db: pg.Pool | pg.ClientBase,
  folder = migrationsFolder(),
): Promise<SchemaState> {
  const [migrations, applied] = [await readMigrations(folder), await readApplied(db)];
  if (unknownTo(migrations, applied).some((one) => one.breaking)) return 'newer';
  const present = new Set(applied.map((one) => one.id));
  return migrations.every((one) => present.has(one.id)) ? 'current' : 'behind';
}

/** The folder of the program's migrations: beside this file in the sources, beside the bundle in the build. */
export function migrationsFolder(): string {
  const folder = fileURLToPath(new URL('./migrations', import.meta.url));
  const above = fileURLToPath(new URL('../migrations', import.meta.url));
  const found = [folder, above].find((path) => existsSync(path));
  if (found === undefined) throw new MigrationError(`Parley's migrations are missing: no folder ${folder}.`);
  return found;
}

/**
 * Reads a folder's migrations in the order of their numbers.
 * @throws {MigrationError} for a file with another name, or a number used twice
 */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(files.map((file) => readMigration(folder, file)));
  const twice = migrations.find((one, index) => migrations[index - 1]?.id === one.id);
  if (twice) throw new MigrationError(`Two migrations have the number ${twice.id} in ${folder}.`);
  return migrations;
}

async function readMigration(folder: string, file: string): Promise<Migration> {
  const [, digits, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
  if (digits === undefined || name === undefined) {
    throw new MigrationError(`A migration is named like 0001_name.sql, not ${file} (in ${folder}).`);
  }
  const sql = await readFile(join(folder, file), 'utf8');
  return { id: Number(digits), name, breaking: /^-- breaking\b/.test(sql), sql };
}

async function migrateLocked(client: pg.ClientBase, migrations: Migration[]): Promise<Migration[]> {
  await checkVersion(client);
  // Waiting for the lock and building an index may both take longer than any query of the service.
  await client.query('set statement_timeout = 0; set lock_timeout = 0');
  await client.query(`select pg_advisory_lock(${lockKey})`);
  try {
    const applied = await readApplied(client);
    checkHistory(migrations, applied);
    const present = new Set(applied.map((one) => one.id));
    const missing = migrations.filter((one) => !present.has(one.id));
    for (const migration of missing) await apply(client, migration);
    return missing;
  } finally {
    // Where these fail the connection is broken, and its lock gone with it.
    await client.query(`select pg_advisory_unlock(${lockKey})`).catch(() => undefined);
    await client.query('reset statement_timeout; reset lock_timeout').catch(() => undefined);
  }
}

async function checkVersion(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as version",
  );
  const [server] = rows;
  if (server && server.number < 150_000) throw new PostgresTooOldError(server.version);
}

function checkHistory(migrations: Migration[], applied: Applied[]): void {
  const unknown = unknownTo(migrations, applied);
  if (unknown.length > 0) throw new DatabaseNewerError(unknown.map(title));
  const names = new Map(migrations.map((one) => [one.id, one.name]));
  const other = applied.find((one) => names.get(one.id) !== one.name);
  if (other) {
    const here = `${names.get(other.id)}`;
    throw new MigrationError(
      `The database has the migration ${title(other)}; here that number is "${here}".`,
    );
  }
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(
      'create table if not exists parley_migrations (id int primary key, name text not null, ' +
        'breaking boolean not null, applied_at timestamptz not null default now())',
    );
    await client.query(migration.sql);
    await client.query('insert into parley_migrations (id, name, breaking) values ($1, $2, $3)', [
      migration.id,
      migration.name,
      migration.breaking,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`The migration ${title(migration)} failed: ${reason}`, { cause: error });
  }
}

async function readApplied(db: pg.Pool | pg.ClientBase): Promise<Applied[]> {
  const { rows: found } = await db.query<{ here: boolean }>(
    "select to_regclass('parley_migrations') is not null as here",
  );
  if (found[0]?.here !== true) return [];
  const { rows } = await db.query<Applied>('select id, name, breaking from parley_migrations order by id');
  return rows;
}

function unknownTo(migrations: Migration[], applied: Applied[]): Applied[] {
  const known = new Set(migrations.map((one) => one.id));
  return applied.filter((one) => !known.has(one.id));
}

function title(migration: { id: number; name: string }): string {
  return `${String(migration.id).padStart(4, '0')}_${migration.name}`;
}
