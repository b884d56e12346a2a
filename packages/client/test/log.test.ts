import type { Message } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { beginLog, emptyLog, hasGap, lastSeq, prepend, receive, replace } from '../src/log.ts';

const at = (seq: number) => new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
const message = (seq: number, more: Partial<Message> = {}): Message => ({
  conversationId: '0199c1f2-0000-7000-8000-000000000000',
  seq,
  kind: 'text',
  text: `text ${seq}`,
  author: { side: 'buyer', userId: 'john', name: 'John' },
  clientId: `c${seq}`,
  createdAt: at(seq),
  attachments: [],
  ...more,
});
const edit = (seq: number, target: number) => message(seq, { kind: 'edit', target, text: `edit ${seq}` });
const redaction = (seq: number, target: number) => message(seq, { kind: 'redaction', target, text: '' });
const seqs = (messages: readonly Message[]) => messages.map(({ seq }) => seq);

describe('a log', () => {
  it('takes each message once, in any order, and keeps what came early aside', () => {
    const log = receive(emptyLog, [message(2), message(1), message(2), message(5), message(4), message(5)]);
    expect(seqs(log.messages)).toEqual([1, 2]);
    expect(seqs(log.ahead)).toEqual([4, 5]);
    expect(hasGap(log)).toBe(true);
    const filled = receive(log, [message(3)]);
    expect(seqs(filled.messages)).toEqual([1, 2, 3, 4, 5]);
    expect(hasGap(filled)).toBe(false);
  });

  it('stays the same object where nothing is new', () => {
    const log = receive(emptyLog, [message(1), message(2)]);
    expect(receive(log, [message(1), message(2)])).toBe(log);
    expect(lastSeq(log)).toBe(2);
  });

  it('applies edits and redactions, and leaves what it was made from as it was', () => {
    const before = receive(emptyLog, [message(1), message(2)]);
    const changed = receive(before, [edit(3, 1), edit(4, 1), redaction(5, 2)]);
    expect(changed.messages[0]).toMatchObject({ text: 'edit 4', editedAt: at(4) });
    expect(changed.messages[1]).toMatchObject({ text: '', redactedAt: at(5), attachments: [] });
    expect(before.messages[0]).toEqual(message(1));
    const gone = receive(changed, [redaction(6, 1)]);
    expect(gone.messages.map(({ text }) => text)).toEqual(['', '', '', '', '', '']);
    expect(gone.messages[0]).toMatchObject({ editedAt: at(4), redactedAt: at(6) });
  });

  it('does not let an earlier change undo a later one that a page knew already', () => {
    const page = [
      message(1, { text: 'edit 9', editedAt: at(9) }),
      message(2, { text: '', redactedAt: at(8) }),
    ];
    const log = receive(beginLog(page, emptyLog), [edit(3, 1), edit(4, 2)]);
    expect(log.messages[0]?.text).toBe('edit 9');
    expect(log.messages[1]?.text).toBe('');
  });

  it('begins with a page and joins what came while it was asked for', () => {
    const log = beginLog(
      [message(11), message(12)],
      receive(emptyLog, [message(12), message(13), message(15)]),
    );
    expect(seqs(log.messages)).toEqual([11, 12, 13]);
    expect(seqs(log.ahead)).toEqual([15]);
  });

  it('puts an earlier page before, with the changes that came while it was asked for', () => {
    const log = beginLog([message(3), edit(4, 1), redaction(5, 2)], emptyLog);
    const whole = prepend(log, [message(1), message(2), message(3)]);
    expect(seqs(whole.messages)).toEqual([1, 2, 3, 4, 5]);
    expect(whole.messages[0]?.text).toBe('edit 4');
    expect(whole.messages[1]).toMatchObject({ text: '', redactedAt: at(5) });
    expect(prepend(log, [message(1)])).toBe(log);
  });

  it('replaces a message unless it knows a later change', () => {
    const log = receive(emptyLog, [message(1), edit(2, 1), edit(3, 1)]);
    const late = replace(log, message(1, { text: 'edit 2', editedAt: at(2) }));
    expect(late.messages[0]?.text).toBe('edit 3');
    expect(replace(log, message(1, { text: '', redactedAt: at(4), editedAt: at(3) })).messages[0]?.text).toBe(
      '',
    );
  });
});
