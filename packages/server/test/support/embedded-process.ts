import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';

// A program with an embedded database, for tests that kill it. On SIGINT it finishes a query first, as a draining server does.
const [dataDir = ''] = process.argv.slice(2);
const database = await startEmbeddedPostgres({ dataDir, log: () => undefined });
const client = new pg.Client({ connectionString: database.connectionString });
await client.connect();
const { rows } = await client.query<{ pid: string }>(
  "select split_part(pg_read_file('postmaster.pid'), chr(10), 1) as pid",
);

process.once('SIGINT', () => {
  setTimeout(() => void drain(), 500);
});

async function drain(): Promise<void> {
  await client.query("insert into marks values ('drained')");
  await client.end();
  await database.stop();
  process.stdout.write('drained\n');
  process.exit(0);
}

await client.query('create table if not exists marks (mark text)');
await client.query("insert into marks values ('started')");
process.stdout.write(`${rows[0]?.pid}\n`);
