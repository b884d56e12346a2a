import { expect, test } from 'vitest';
import { canary, createLedger, type Ledger, type LogEntry, type Rule } from './ledger.ts';

const conversationId = '0199c1f2-0000-7000-8000-000000000001';
const text = (words: string) => `${words} ${canary(conversationId)}`;

/** John has sent three messages to Sarah; the second one twice, since its first answer never came; one was refused. */
function play(): { ledger: Ledger; rows: LogEntry[] } {
  const ledger = createLedger();
  ledger.open(conversationId, ['john', 'sarah']);
  for (const listener of ['john', 'sarah']) ledger.subscribe(listener, [conversationId]);
  const rows = ['a', 'b', 'c'].map((key, index): LogEntry => {
    ledger.sending({ conversationId, author: 'john', key, text: text(key) });
    return { conversationId, seq: index + 1, author: 'john', key, text: text(key) };
  });
  ledger.sending({ conversationId, author: 'eve', key: 'd', text: text('d') });
  ledger.refused('d');
  ledger.doubted();
  for (const row of rows) {
    ledger.acknowledged(row.key ?? '', row.seq);
    ledger.pushed('sarah', 1, row);
    ledger.heard('john', row);
    ledger.overheard('sarah', JSON.stringify(row));
  }
  return { ledger, rows };
}

function broken(ledger: Ledger, rows: readonly LogEntry[]): Rule[] {
  return [...new Set(ledger.judge(rows).violations.map((violation) => violation.rule))].sort();
}

function row(rows: readonly LogEntry[], index: number): LogEntry {
  const found = rows[index];
  if (found === undefined) throw new Error(`no row ${index}`);
  return found;
}

test('a true log has no violations, and its figures say how much was tried', () => {
  const { ledger, rows } = play();
  expect(ledger.judge(rows)).toEqual({
    violations: [],
    figures: { sends: 4, acknowledged: 3, refused: 1, unknowns: 1, rows: 3, heard: 6 },
  });
});

test('rows of other conversations are not judged', () => {
  const { ledger, rows } = play();
  const other = { ...row(rows, 0), conversationId: '0199c1f2-0000-7000-8000-000000000002', key: 'x', seq: 9 };
  expect(broken(ledger, [...rows, other])).toEqual([]);
});

test('what was acknowledged must be there, at its place and with its words', () => {
  const { ledger, rows } = play();
  expect(broken(ledger, rows.slice(0, 2))).toEqual([
    'acknowledged and missing',
    'list differs from the database',
  ]);
  const changed = rows.with(1, { ...row(rows, 1), text: 'other words' });
  expect(broken(ledger, changed)).toContain('acknowledged and missing');
  ledger.acknowledged('c', 7);
  expect(broken(ledger, rows)).toEqual(['acknowledged and missing']);
});

test('a key is stored once', () => {
  const { ledger, rows } = play();
  expect(broken(ledger, [...rows, { ...row(rows, 1), seq: 4 }])).toContain('stored twice');
});

test('what was refused is not stored', () => {
  const { ledger, rows } = play();
  const refused = { conversationId, seq: 4, author: 'eve', key: 'd', text: text('d') };
  expect(broken(ledger, [...rows, refused])).toContain('refused and stored');
});

test('what is stored was sent', () => {
  const { ledger, rows } = play();
  const invented = { conversationId, seq: 4, author: 'john', key: 'z', text: text('z') };
  expect(broken(ledger, [...rows, invented])).toContain('stored and never sent');
  const stolen = rows.with(0, { ...row(rows, 0), author: 'sarah' });
  expect(broken(ledger, stolen)).toContain('stored and never sent');
});

test('seq runs from 1 without a hole', () => {
  const { ledger, rows } = play();
  expect(broken(ledger, rows.with(2, { ...row(rows, 2), seq: 4 }))).toContain('hole in seq');
  expect(broken(ledger, rows.slice(1))).toContain('hole in seq');
  expect(broken(ledger, rows.with(2, { ...row(rows, 2), seq: 2 }))).toContain('hole in seq');
});

test("a subscriber's list is the database's", () => {
  const lacking = play();
  lacking.ledger.subscribe('tom', [conversationId]);
  expect(broken(lacking.ledger, lacking.rows)).toEqual(['list differs from the database']);

  const surplus = play();
  surplus.ledger.heard('sarah', { ...row(surplus.rows, 0), seq: 4 });
  expect(broken(surplus.ledger, surplus.rows)).toEqual(['list differs from the database']);

  const changed = play();
  changed.ledger.heard('sarah', { ...row(changed.rows, 0), text: 'never said' });
  changed.ledger.heard('sarah', row(changed.rows, 0));
  expect(broken(changed.ledger, changed.rows)).toEqual(['list differs from the database']);
});

test('pushes come in order on each connection; heard again is no harm', () => {
  const { ledger, rows } = play();
  ledger.pushed('sarah', 1, row(rows, 0));
  ledger.pushed('sarah', 2, row(rows, 0));
  expect(broken(ledger, rows)).toEqual([]);
  ledger.subscribe('tom', [conversationId]);
  for (const index of [0, 2, 1]) ledger.pushed('tom', 3, row(rows, index));
  expect(broken(ledger, rows)).toEqual(['heard out of order']);
});

test('nobody outside sees a canary', () => {
  const { ledger, rows } = play();
  ledger.overheard('eve', `{"inbox":"${text('a')}"}`);
  expect(broken(ledger, rows)).toEqual(['canary seen outside']);
});

test('no outcome stays unknown', () => {
  const { ledger, rows } = play();
  ledger.sending({ conversationId, author: 'john', key: 'e', text: text('e') });
  expect(broken(ledger, rows)).toEqual(['left unknown']);
});

test('a listener knows how far its list has no hole', () => {
  const { ledger, rows } = play();
  ledger.subscribe('tom', [conversationId]);
  expect(ledger.knownUpTo('tom', conversationId)).toBe(0);
  for (const index of [0, 2]) ledger.heard('tom', row(rows, index));
  expect(ledger.knownUpTo('tom', conversationId)).toBe(1);
  expect(ledger.knownUpTo('sarah', conversationId)).toBe(3);
});
