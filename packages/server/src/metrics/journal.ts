import { Counter, Histogram, type Registry } from 'prom-client';
import type { BatchObserver } from '../journal/batch.ts';
import { createTally } from './tally.ts';

/** Seconds from half a millisecond to the queries' time limit. */
export const quickSeconds = [
  0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2.5, 5, 15,
];

/** Measures the write path: a batch is counted once, whatever is in it. */
export function observeJournal(registry: Registry): BatchObserver {
  const registers = [registry];
  const stored = createTally({
    name: 'parley_messages_total',
    help: 'Messages on disk, by kind',
    labels: ['kind'],
    registry,
  });
  const refused = createTally({
    name: 'parley_messages_refused_total',
    help: "Messages that the journal refused, by the problem's code",
    labels: ['code'],
    registry,
  });
  const repeated = new Counter({
    name: 'parley_messages_repeated_total',
    help: 'Sends under a clientId that was stored before, answered with the first message',
    registers,
  });
  const sizes = new Histogram({
    name: 'parley_batch_entries',
    help: 'Entries that shared one commit',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const seconds = new Histogram({
    name: 'parley_commit_seconds',
    help: 'Time of a batch from the first lock to the end of its commit',
    buckets: quickSeconds,
    registers,
  });
  const waits = new Histogram({
    name: 'parley_journal_wait_seconds',
    help: 'How long the first entry of a batch waited for the commits before it',
    buckets: quickSeconds,
    registers,
  });
  const batches = createTally({
    name: 'parley_batches_total',
    help: 'Batches that were committed, by the way to their plan: recalled (one round trip), read (two), corrected (three)',
    labels: ['plan'],
    registry,
  });
  return ({ milliseconds, outcomes, waited, way }) => {
    batches([way]);
    sizes.observe(outcomes.length);
    waits.observe(waited / 1000);
    seconds.observe(milliseconds / 1000);
    for (const outcome of outcomes)
      if ('problem' in outcome) refused([outcome.problem.code]);
      else if (outcome.appended.repeated) repeated.inc();
      else stored([outcome.appended.message.kind]);
  };
}
