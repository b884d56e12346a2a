import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Rows } from './rows.ts';

/** Characters in one write. */
const chunkSize = 256 * 1024;

/** Copies rows into their table, at the pace that PostgreSQL takes them. `onRows` hears how many more were handed over. */
export async function copyRows(
  client: pg.ClientBase,
  { table, columns, rows }: Rows,
  onRows: (count: number) => void = () => undefined,
): Promise<void> {
  const target = client.query(copyFrom(`copy ${table} (${columns}) from stdin`));
  await pipeline(Readable.from(chunks(rows, onRows)), target);
}

function* chunks(rows: Iterable<string>, onRows: (count: number) => void): Generator<Buffer> {
  let [text, count] = ['', 0];
  for (const row of rows) {
    text += row;
    count += 1;
    if (text.length < chunkSize) continue;
    yield Buffer.from(text);
    onRows(count);
    [text, count] = ['', 0];
  }
  if (text !== '') yield Buffer.from(text);
  onRows(count);
}
