import type pg from 'pg';
import { fillSearch, seatSignature } from '../../../packages/server/src/db/search-columns.ts';
import { withClient } from '../with-client.ts';
import { checkData } from './check.ts';
import { copyRows } from './copy.ts';
import { createHistory, happen } from './history.ts';
import { dropIndexes } from './indexes.ts';
import { messageRows, outcomeRows, worldRows } from './rows.ts';
import { createWorld, type Shape } from './world.ts';

export interface GenerateOptions {
  /** Says what is being done, a line at a time. */
  readonly say: (line: string) => void;
  /** Compare what was generated with the log; takes about as long as generating. Default true. */
  readonly check?: boolean;
}

/**
 * Fills a migrated database that has no conversations with a marketplace's data: all of it in one transaction, indexes made anew at
 * its end, so a run that breaks off leaves nothing.
 * @throws when the database holds conversations already
 */
export async function generate(
  connectionString: string,
  shape: Shape,
  { say, check = true }: GenerateOptions,
): Promise<void> {
  const started = performance.now();
  const note = (line: string): void =>
    say(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  await withClient(connectionString, async (client) => {
    await refuseFilled(client);
    await client.query(
      `begin; set local maintenance_work_mem = '1GB'; set local work_mem = '256MB'; set local synchronous_commit = off`,
    );
    const rebuild = await dropIndexes(client);
    await copyAll(client, shape, note);
    await indexTexts(client, note);
    for (const statement of rebuild) {
      await client.query(statement);
      if (shape.messages > 500_000) note(statement.slice(0, 110));
    }
    await client.query('commit');
    note('vacuum and analyze');
    await client.query('vacuum (analyze)');
    await client.query(`set work_mem = '256MB'`);
    if (check) await checkData(client, note);
    note('done');
  });
}

async function refuseFilled(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query('select 1 from conversations limit 1');
  if (rows.length > 0)
    throw new Error('the database holds conversations already; generating takes one that has none');
}

async function copyAll(client: pg.ClientBase, shape: Shape, note: (line: string) => void): Promise<void> {
  const world = createWorld(shape);
  const history = createHistory(world, Date.now() - 3_600_000);
  for (const rows of worldRows(world)) await copyRows(client, rows);
  note('people, stores and listings copied');
  await client.query('create temp table seats (like participants including defaults) on commit drop');
  const step = Math.max(100_000, Math.floor(shape.messages / 20));
  let [copied, told] = [0, 0];
  await copyRows(client, messageRows(world, history, happen(world, history)), (count) => {
    copied += count;
    if (copied - told < step) return;
    told = copied;
    note(`${copied.toLocaleString('en')} of ${shape.messages.toLocaleString('en')} messages copied`);
  });
  for (const rows of outcomeRows(world, history)) {
    await copyRows(client, rows);
    note(`${rows.table} copied`);
  }
}

/** What a running service does behind the journal's back, for all texts at once. */
async function indexTexts(client: pg.ClientBase, note: (line: string) => void): Promise<void> {
  await client.query(
    'analyze listings; analyze users; analyze stores; analyze orders; analyze conversations',
  );
  await client.query(fillSearch);
  note('what conversations are found by is written');
  await client.query(`update seats p set search_signature = ${seatSignature} from conversation_search k
    where k.conversation_id = p.conversation_id`);
  await client.query('insert into participants select * from seats order by conversation_id, side');
  note('seats signed');
  await client.query(`insert into message_texts (conversation_id, seq, folded)
    select conversation_id, seq, parley_fold(body) from messages where kind = 'text' and body <> ''`);
  await client.query(
    `update search_watermark set upto = (select max(created_at) + interval '1 millisecond' from messages)`,
  );
  note('texts folded for the search');
}
