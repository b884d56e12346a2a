import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import {
  DatabaseNewerError,
  MigrationError,
  migrate,
  readMigrations,
  schemaState,
} from '../src/db/migrate.ts';
import { planOnce } from '../src/db/plan-once.ts';
import { createKysely, createPool } from '../src/db/pool.ts';

let database: TestDatabase;
let pool: pg.Pool;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  pool = createPool(database.url, { max: 2 });
  folder = await folderOf({
    '0001_bowls.sql': 'create table bowls (id int primary key);\ninsert into bowls values (1);',
    '0002_glaze.sql': '-- breaking\nalter table bowls add column glaze text;',
  });
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

async function folderOf(files: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parley-migrations-'));
  folders.push(path);
  for (const [name, sql] of Object.entries(files)) await writeFile(join(path, name), sql);
  return path;
}

async function history(): Promise<unknown[]> {
  const { rows } = await pool.query<{ id: number }>(
    'select id, name, breaking from parley_migrations order by id',
  );
  return rows;
}

describe('migrate', () => {
  it('runs what is missing, in order, and nothing twice', async () => {
    expect(await schemaState(pool, folder)).toBe('behind');
    expect((await migrate(pool, folder)).map((one) => one.name)).toEqual(['bowls', 'glaze']);
    expect(await migrate(pool, folder)).toEqual([]);
    expect(await history()).toEqual([
      { id: 1, name: 'bowls', breaking: false },
      { id: 2, name: 'glaze', breaking: true },
    ]);
    expect(await schemaState(pool, folder)).toBe('current');
  });

  it('runs each migration once when twenty connections start at the same instant', async () => {
    await writeFile(join(folder, '0003_slow.sql'), 'select pg_sleep(0.3); insert into bowls values (2);');
    const clients = Array.from({ length: 20 }, () => new pg.Client({ connectionString: database.url }));
    await Promise.all(clients.map((client) => client.connect()));
    const runs = await Promise.all(clients.map((client) => migrate(client, folder)));
    await Promise.all(clients.map((client) => client.end()));
    expect(runs.map((run) => run.length).sort()).toEqual([...Array.from({ length: 19 }, () => 0), 3]);
    expect((await pool.query('select id from bowls order by id')).rows).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('waits for the others longer than any statement of the service may take, and puts that limit back', async () => {
    await writeFile(join(folder, '0003_slow.sql'), 'select pg_sleep(0.3)');
    const hasty = createPool(database.url, { max: 1, statementTimeout: 100 });
    await Promise.all([migrate(pool, folder), migrate(hasty, folder)]);
    expect((await hasty.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '100ms' }]);
    await hasty.end();
  });

  it('takes back a migration that fails, names it, and keeps those before it', async () => {
    await writeFile(join(folder, '0003_broken.sql'), 'create table kilns (id int); select nonsense();');
    const failure = migrate(pool, folder);
    await expect(failure).rejects.toThrow(MigrationError);
    await expect(failure).rejects.toThrow(/0003_broken failed: function nonsense\(\) does not exist/);
    expect(await history()).toHaveLength(2);
    expect((await pool.query("select to_regclass('kilns') as kilns")).rows).toEqual([{ kilns: null }]);
    await writeFile(join(folder, '0003_broken.sql'), 'create table kilns (id int)');
    expect(await migrate(pool, folder)).toHaveLength(1);
  });

  it('refuses a database that is newer than the program', async () => {
    await migrate(pool, folder);
    const older = await folderOf({ '0001_bowls.sql': 'select 1' });
    const failure = migrate(pool, older);
    await expect(failure).rejects.toThrow(DatabaseNewerError);
    await expect(failure).rejects.toThrow(/migrations 0002_glaze\. Start the Parley that made them/);
    expect(await schemaState(pool, older)).toBe('newer');
  });

  it('lets an old node go on working over a newer schema that breaks nothing', async () => {
    const older = await folderOf({ '0001_bowls.sql': 'create table bowls (id int)' });
    await migrate(pool, older);
    await writeFile(join(older, '0002_more.sql'), 'alter table bowls add column more int');
    await migrate(pool, older);
    expect(await schemaState(pool, await folderOf({ '0001_bowls.sql': 'select 1' }))).toBe('current');
  });

  it('refuses a database whose migration of the same number is another one', async () => {
    await migrate(pool, folder);
    const other = await folderOf({ '0001_bowls.sql': 'select 1', '0002_kilns.sql': 'select 1' });
    await expect(migrate(pool, other)).rejects.toThrow(/0002_glaze; here that number is "kilns"/);
  });

  it('refuses two migrations of one number, and a name that has none', async () => {
    await writeFile(join(folder, '0002_again.sql'), 'select 1');
    await expect(readMigrations(folder)).rejects.toThrow(/Two migrations have the number 2/);
    await expect(folderOf({ 'first.sql': '' }).then(readMigrations)).rejects.toThrow(/not first\.sql/);
  });

  it("finds Parley's own migrations, and the template has them", async () => {
    const copy = await createTestDatabase();
    const reader = createPool(copy.url, { max: 1 });
    expect(await schemaState(reader)).toBe('current');
    await reader.end();
    await copy.drop();
  });
});

describe('createPool', () => {
  it('gives bigint as a number, refuses one that a number cannot hold, and timestamps as Date', async () => {
    const { rows } = await pool.query(
      'select 9007199254740991::bigint as big, to_timestamp(1.5) as at, count(*) from (values (1)) v',
    );
    expect(rows).toEqual([{ big: 9007199254740991, at: new Date(1500), count: 1 }]);
    await expect(pool.query('select 9007199254740992::bigint')).rejects.toThrow(RangeError);
    expect((await pool.query('select 1 as fine')).rows).toEqual([{ fine: 1 }]);
  });

  it('reads times of any zone alike', async () => {
    const texts = [
      '2026-01-31 12:00:00.285+00',
      '0099-12-31 23:59:59+00',
      '2026-01-31 12:00:00.999999+00',
      'infinity',
    ];
    const read = (zone: string) =>
      pool.query<{ at: unknown }>(
        `select set_config('timezone', $1, true), t::timestamptz as at from unnest($2::text[]) t`,
        [zone, texts],
      );
    const [utc, far] = await Promise.all([read('UTC'), read('Asia/Kathmandu')]);
    const times = ['2026-01-31T12:00:00.285Z', '0099-12-31T23:59:59.000Z', '2026-01-31T12:00:00.999Z'];
    expect(utc.rows.map((row) => row.at)).toEqual([...times.map((time) => new Date(time)), Infinity]);
    expect(far.rows.map((row) => row.at)).toEqual(utc.rows.map((row) => row.at));
  });

  it('prepares what says so, each text once a connection, and nothing else', async () => {
    const single = createPool(database.url, { max: 1 });
    const db = createKysely(single);
    const next = (value: number, by: number) =>
      sql<{ next: number }>`${planOnce}select ${value}::int + ${sql.lit(by)} as next`.execute(db);
    expect((await next(1, 1)).rows).toEqual([{ next: 2 }]);
    expect((await next(4, 1)).rows).toEqual([{ next: 5 }]);
    expect((await next(4, 2)).rows).toEqual([{ next: 6 }]);
    await sql`select ${1}::int`.execute(db);
    const { rows } = await single.query<{ statement: string }>(
      'select statement from pg_prepared_statements order by statement',
    );
    expect(rows.map((row) => row.statement)).toEqual([
      '/* plan once */select $1::int + 1 as next',
      '/* plan once */select $1::int + 2 as next',
    ]);
    await single.end();
  });

  it('survives connections that are cut, idle or in somebody’s hands', async () => {
    const heard: string[] = [];
    const fragile = createPool(database.url, {
      max: 2,
      applicationName: 'fragile',
      onConnectionError: (error) => heard.push(error.message),
    });
    const held = await fragile.connect();
    await fragile.query('select 1');
    await pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fragile'",
    );
    await expect.poll(() => heard.length).toBeGreaterThanOrEqual(2);
    // One connection may be heard twice before the other is.
    await expect.poll(() => fragile.idleCount).toBe(0);
    held.release(true);
    expect((await fragile.query('select 1 as fine')).rows).toEqual([{ fine: 1 }]);
    await fragile.end();
  });

  it('tells of no connection that is cut while it ends', async () => {
    const heard: string[] = [];
    const ending = createPool(database.url, {
      applicationName: 'ending',
      onConnectionError: (error) => heard.push(error.message),
    });
    const held = await ending.connect();
    const cut = new Promise((resolve) => held.once('error', resolve));
    const ended = ending.end();
    await pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ending'",
    );
    await cut;
    held.release(true);
    await ended;
    expect(heard).toEqual([]);
  });

  it('gives up on a statement that takes too long', async () => {
    const hasty = createPool(database.url, { max: 1, statementTimeout: 50 });
    await expect(hasty.query('select pg_sleep(5)')).rejects.toThrow(/statement timeout/);
    await hasty.end();
  });

  it('serves Kysely', async () => {
    await migrate(pool, folder);
    const db = createKysely<{ bowls: { id: number; glaze: string | null } }>(pool);
    expect(await db.selectFrom('bowls').selectAll().execute()).toEqual([{ id: 1, glaze: null }]);
  });
});

describe('createTestDatabase', () => {
  it('reports the connections that a test left open', async () => {
    const leaky = await createTestDatabase();
    const client = new pg.Client({ connectionString: leaky.url, application_name: 'leak' });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('select 42');
    await expect(leaky.drop()).rejects.toThrow(
      /1 database connections were left open:\n {2}leak \(idle\): select 42/,
    );
    await client.end();
  });
});
