import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../packages/server/src/db/embedded/start.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { createPool } from '../../packages/server/src/db/pool.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The test run's server: where to create databases, and the migrated one to copy. */
    database: { adminUrl: string; template: string };
  }
}

interface Server {
  readonly adminUrl: string;
  stop(): Promise<void>;
}

let teardownRun: (() => Promise<void>) | undefined;

/**
 * One PostgreSQL for the whole run: an embedded one in a fresh folder and without fsync, or the server of
 * PARLEY_TEST_DATABASE_URL, whose user must be allowed to create databases. In it a template database, migrated once.
 */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env.PARLEY_TEST_DATABASE_URL;
  const server = given ? { adminUrl: given, stop: () => Promise.resolve() } : await startServer();
  const template = `parley_template_${randomBytes(6).toString('hex')}`;
  teardownRun = async () => {
    await query(server.adminUrl, `drop database if exists ${template} with (force)`);
    await server.stop();
  };
  await query(server.adminUrl, `create database ${template}`);
  await migrateTemplate(server.adminUrl, template);
  project.provide('database', { adminUrl: server.adminUrl, template });
}

/** Ends what `setup` began. */
export async function teardown(): Promise<void> {
  await teardownRun?.();
}

async function startServer(): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const lines: string[] = [];
  const server = await startEmbeddedPostgres({ dataDir, durable: false, log: (line) => lines.push(line) });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
    await rm(server.folder, { recursive: true, force: true });
  };
  return { adminUrl: server.connectionString, stop };
}

async function migrateTemplate(adminUrl: string, template: string): Promise<void> {
  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  const pool = createPool(url.href, { max: 1, applicationName: 'test-template' });
  await migrate(pool);
  await pool.end();
}

async function query(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString, application_name: 'test-setup' });
  await client.connect();
  await client.query(sql);
  await client.end();
}
