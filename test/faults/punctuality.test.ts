import { expect, test } from 'vitest';
import { createLedger } from './ledger.ts';
import { createPunctuality } from './punctuality.ts';

const conversationId = '0199c1f2-0000-7000-8000-000000000001';

test('what was heard late, and what was never heard, is named; what was heard in time is not', () => {
  let time = 0;
  const punctuality = createPunctuality(createLedger(), () => time);
  const { ledger } = punctuality;
  const entries = ['soon', 'late', 'never', 'refused'].map((key, index) => ({
    conversationId,
    seq: index + 1,
    author: 'john',
    key,
    text: key,
  }));
  const [soon, slow] = entries;
  if (soon === undefined || slow === undefined) throw new Error('nothing is sent');
  ledger.open(conversationId, ['john', 'sarah']);
  ledger.subscribe('john', [conversationId]);
  for (const entry of entries) ledger.sending(entry);
  ledger.acknowledged('soon', 1);
  time += 200;
  ledger.subscribe('sarah', [conversationId]);
  for (const entry of entries.slice(0, 3)) {
    ledger.pushed('john', 1, entry);
    ledger.acknowledged(entry.key, entry.seq);
  }
  ledger.refused('refused');
  ledger.pushed('sarah', 2, soon);
  time += 200;
  ledger.heard('sarah', slow);
  ledger.heard('sarah', slow);

  const named = (limit: number) => punctuality.late(limit).map((line) => line.split(' ', 3).join(' '));
  expect(named(100)).toEqual(['john heard soon', 'sarah heard late', 'sarah heard never']);
  expect(named(200)).toEqual(['sarah heard never']);
  expect(punctuality.slowest()).toBe(200);
  expect(ledger.knownUpTo('sarah', conversationId)).toBe(2);
});
