import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createKysely, createPool } from '../src/db/pool.ts';
import type { Tables } from '../src/db/tables.ts';
import { startCatchUp } from '../src/realtime/catch-up.ts';
import { createSequencer } from '../src/realtime/sequencer.ts';
import { startRelay, targetOf, through } from '../../../test/faults/relay.ts';
import { startJournals, text } from './support/journals.ts';

const log = pino({ level: 'silent' });

test('what found no room is pushed within seconds once there is, however many looks came in between', async () => {
  const journals = await startJournals();
  // The database is there for the look, and not yet for what reads the messages.
  const line = await startRelay({ host: '127.0.0.1', port: 1 });
  const away = createPool(through(line, journals.url), { max: 2, watched: false });
  const pushed: string[] = [];
  const sequencer = createSequencer({
    db: createKysely<Tables>(away),
    log,
    maxGaps: 2,
    isConnected: () => true,
    push: (event) => {
      if (event.type === 'message.sent') pushed.push(`${event.message.conversation_id} ${event.message.seq}`);
    },
  });
  const db = createKysely<Tables>(journals.pool);
  const catchUp = startCatchUp({ db, log, sequencer, people: () => [], push: () => undefined });
  await sleep(1_000);
  for (let count = 0; count < 2; count += 1) sequencer.advance(randomUUID(), 1);
  const journal = journals.create({});
  const ids = await Promise.all(Array.from({ length: 5 }, () => journals.makeConversation()));
  for (const id of ids) for (const words of ['1', '2']) await journal.append(text(id, 'john', words));
  await sleep(6_000);
  expect(pushed).toEqual([]);
  line.lead(targetOf(journals.url));
  const all = ids.flatMap((id) => [`${id} 1`, `${id} 2`]).sort();
  await vi.waitFor(() => expect([...pushed].sort()).toEqual(all), 9_000);
  await catchUp.close();
  await sequencer.close();
  await journal.close();
  await away.end();
  await line.close();
  await journals.close();
});
