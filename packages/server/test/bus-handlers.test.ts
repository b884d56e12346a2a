import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createTestDatabase } from '../../../test/support/database.ts';
import type { BusEvent } from '../src/bus/bus.ts';
import { createPostgresBus } from '../src/bus/postgres.ts';
import { createKysely, createPool } from '../src/db/pool.ts';
import type { Tables } from '../src/db/tables.ts';

async function startBus(level: 'warn' | 'error') {
  const database = await createTestDatabase();
  const pool = createPool(database.url);
  const lines: string[] = [];
  const bus = await createPostgresBus({
    connectionString: database.url,
    db: createKysely<Tables>(pool),
    log: pino({ level }, { write: (line) => void lines.push(line) }),
  });
  const close = async (): Promise<void> => {
    await bus.close();
    await pool.end();
    await database.drop();
  };
  return { bus, pool, lines, close };
}

const event: BusEvent = { type: 'user.barred', recipients: ['john'] };

test('a handler that throws keeps neither the publisher nor the other handlers from going on', async () => {
  const { bus, lines, close } = await startBus('error');
  const heard: BusEvent[] = [];
  bus.subscribe(() => {
    throw new Error('broken handler');
  });
  bus.subscribe((event) => heard.push(event));
  expect(() => bus.publish([event])).not.toThrow();
  expect(heard).toEqual([event]);
  expect(lines.join('')).toContain('broken handler');
  await close();
});

test('what cannot be read is told to the log in one line, however much of it comes', async () => {
  const { bus, pool, lines, close } = await startBus('warn');
  const heard: BusEvent[] = [];
  bus.subscribe((event) => heard.push(event));
  await pool.query(
    `select pg_notify('parley', 'stranger' || n || '[["m","nonsense",1]]') from generate_series(1, 100) n`,
  );
  await pool.query(`select pg_notify('parley', 'node[["b",["john"]]]')`);
  await vi.waitFor(() => expect(heard).toEqual([event]));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('stranger1[');
  await close();
});
