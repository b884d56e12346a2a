import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../../test/support/database.ts';
import type { BusEvent } from '../src/bus/bus.ts';
import { createPostgresBus } from '../src/bus/postgres.ts';
import { createKysely, createPool } from '../src/db/pool.ts';
import type { Tables } from '../src/db/tables.ts';

test('a handler that throws keeps neither the publisher nor the other handlers from going on', async () => {
  const database = await createTestDatabase();
  const pool = createPool(database.url);
  const lines: string[] = [];
  const bus = await createPostgresBus({
    connectionString: database.url,
    db: createKysely<Tables>(pool),
    log: pino({ level: 'error' }, { write: (line) => void lines.push(line) }),
  });
  const heard: BusEvent[] = [];
  bus.subscribe(() => {
    throw new Error('broken handler');
  });
  bus.subscribe((event) => heard.push(event));
  const event: BusEvent = { type: 'user.barred', recipients: ['john'] };
  expect(() => bus.publish([event])).not.toThrow();
  expect(heard).toEqual([event]);
  expect(lines.join('')).toContain('broken handler');
  await bus.close();
  await pool.end();
  await database.drop();
});
