import type { Message } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { createChanges } from '../src/changes.ts';
import { createDrafts } from '../src/drafts.ts';
import { createOutbox } from '../src/outbox.ts';
import { createSafeStorage } from '../src/storage.ts';
import type { ClientStorage } from '../src/index.ts';
import { createStorage } from './support/storage.ts';

const tab = (storage: ClientStorage, userId: string | null = 'john') => {
  const outbox = createOutbox(createChanges(), storage, 'parley:');
  if (userId !== null) outbox.open(userId);
  return outbox;
};
const draft = (text: string) => ({ text, attachments: [] });
const texts = (items: readonly { text: string }[]) => items.map(({ text }) => text);

describe('the outbox', () => {
  it('is one person’s, survives a reload, and what was being sent then waits again', () => {
    const storage = createStorage();
    const before = tab(storage);
    const { clientId } = before.add('a', draft('one'));
    before.add('a', draft('two'));
    before.change(clientId, { state: 'sending' });
    expect(before.next()).toEqual([]);
    const after = tab(storage);
    expect(texts(after.of('a'))).toEqual(['one', 'two']);
    expect(texts(after.next())).toEqual(['one']);
    expect(tab(storage, 'sarah').all()).toEqual([]);
  });

  it('takes what was written before it was known whose it is, after what was stored', () => {
    const storage = createStorage();
    tab(storage).add('a', { ...draft('stored') });
    const late = tab(storage, null);
    late.add('a', draft('new'));
    late.open('john');
    expect(texts(late.of('a'))).toEqual(['stored', 'new']);
    expect(texts(tab(storage).of('a'))).toEqual(['stored', 'new']);
  });

  it('is shared by tabs that do not write over each other', () => {
    const storage = createStorage();
    const [left, right] = [tab(storage), tab(storage)];
    const one = left.add('a', draft('of the left'));
    const two = right.add('a', draft('of the right'));
    left.add('b', draft('more'));
    right.remove(two.clientId);
    expect(texts(tab(storage).all())).toEqual(['of the left', 'more']);
    right.reload(false);
    expect(texts(right.all())).toEqual(['of the left', 'more']);
    expect(right.next()).toEqual([]);
    right.reload(true);
    expect(texts(right.next())).toEqual(['of the left', 'more']);
    left.remove(one.clientId);
    right.reload(true);
    expect(texts(right.all())).toEqual(['more']);
  });

  it('puts back a name that another tab’s writing at the same moment has lost', () => {
    const storage = createStorage();
    const left = tab(storage);
    const seenByRight = storage.getItem('parley:john:outbox');
    left.add('a', draft('of the left'));
    // The right tab had read the list of names before the left one wrote it.
    if (seenByRight === null) storage.removeItem('parley:john:outbox');
    expect(tab(storage).all()).toEqual([]);
    left.add('a', draft('next'));
    expect(texts(tab(storage).all())).toEqual(['of the left', 'next']);
  });

  it('lets go of what the log shows, of the same author alone', () => {
    const outbox = tab(createStorage());
    const { clientId } = outbox.add('a', draft('one'));
    const message = (userId: string): Message => ({
      conversationId: 'a',
      seq: 1,
      kind: 'text',
      text: 'one',
      author: { side: 'buyer', userId, name: '' },
      clientId,
      createdAt: '',
      attachments: [],
    });
    outbox.settle([message('sarah')], 'a', 'john');
    expect(outbox.all()).toHaveLength(1);
    outbox.settle([message('john')], 'a', 'john');
    expect(outbox.all()).toEqual([]);
  });
});

describe('drafts', () => {
  it('survive a reload, by conversation and person, until they are empty', () => {
    const storage = createStorage();
    const drafts = createDrafts(createChanges(), storage, 'parley:');
    drafts.open('john');
    drafts.set('a', 'Dear');
    drafts.set('b', 'x');
    drafts.set('b', '');
    const again = createDrafts(createChanges(), storage, 'parley:');
    again.open('john');
    expect([...again.all()]).toEqual([['a', 'Dear']]);
    const other = createDrafts(createChanges(), storage, 'parley:');
    other.open('sarah');
    expect(other.all().size).toBe(0);
    again.set('a', '');
    expect(storage.values.size).toBe(0);
  });
});

describe('storage', () => {
  it('that is full, or forbidden, is replaced by memory', () => {
    const refuse = () => {
      throw new DOMException('no', 'QuotaExceededError');
    };
    const storage = createSafeStorage({ getItem: refuse, setItem: refuse, removeItem: refuse });
    const outbox = tab(storage);
    outbox.add('a', draft('kept'));
    outbox.reload(true);
    expect(texts(outbox.next())).toEqual(['kept']);
  });

  it('with rubbish in it does no harm', () => {
    const storage = createStorage();
    storage.setItem('parley:john:outbox', '["x","y",3]');
    storage.setItem('parley:john:outbox:x', '{"text":');
    storage.setItem('parley:john:outbox:y', '"text"');
    expect(tab(storage).all()).toEqual([]);
  });
});
