import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent } from '../src/bus/bus.ts';
import type { Entry, Journal } from '../src/journal/journal.ts';
import { problemCode, startJournals, text, type Journals } from './support/journals.ts';

let journals: Journals;
let pool: pg.Pool;
let journal: Journal;
let other: Journal;
let heard: BusEvent[];

beforeAll(async () => {
  journals = await startJournals();
  ({ pool, journal, other, heard } = journals);
});
afterAll(() => journals.close());

const makeConversation = () => journals.makeConversation();
const seqs = (conversationId: string) => journals.seqs(conversationId);

interface SeatRow {
  unread: number;
  read_seq: number;
  needs_reply: boolean;
  archived: boolean;
  notify_at: Date | null;
}

async function seat(conversationId: string, userId: string): Promise<SeatRow> {
  const { rows } = await pool.query<SeatRow>(
    'select * from participants where conversation_id = $1 and user_id = $2',
    [conversationId, userId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('no such seat');
  return row;
}

describe('the order of the log', () => {
  test('two nodes writing into one conversation leave no hole and no double', async () => {
    const id = await makeConversation();
    const sends = Array.from({ length: 600 }, (_none, index) =>
      (index % 2 === 0 ? journal : other).append(
        text(id, index % 3 === 0 ? 'john' : 'sarah', `message ${index}`),
      ),
    );
    const appended = await Promise.all(sends);
    expect(await seqs(id)).toEqual(Array.from({ length: 600 }, (_none, index) => index + 1));
    expect(new Set(appended.map(({ message }) => message.seq)).size).toBe(600);
  });

  test('one writer’s messages keep the order in which they were given', async () => {
    const id = await makeConversation();
    const appended = await Promise.all(
      Array.from({ length: 300 }, (_none, index) => journal.append(text(id, 'john', `${index}`))),
    );
    expect(appended.map(({ message }) => message.seq)).toEqual(
      Array.from({ length: 300 }, (_none, index) => index + 1),
    );
  });

  test('participants hear of a commit in the order of seq, of the first message with its conversation', async () => {
    const id = await makeConversation();
    heard.length = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_none, index) => journal.append(text(id, 'john', `${index}`))),
    );
    const own = heard.filter(
      (event) => event.type === 'message.sent' && event.message.conversation_id === id,
    );
    expect(own.map((event) => (event.type === 'message.sent' ? event.message.seq : 0))).toEqual(
      Array.from({ length: 20 }, (_none, i) => i + 1),
    );
    expect(heard[0]).toEqual({
      type: 'conversation.changed',
      recipients: ['john', 'sarah', 'tom'],
      conversationId: id,
    });
  });
});

describe('the same clientId', () => {
  test('is stored once, also within one batch and across nodes', async () => {
    const id = await makeConversation();
    const entry = text(id, 'john', 'hello', 'same');
    const appended = await Promise.all([
      journal.append(entry),
      journal.append(entry),
      other.append(entry),
      other.append(entry),
    ]);
    expect(await seqs(id)).toEqual([1]);
    expect(appended.filter(({ repeated }) => repeated)).toHaveLength(3);
    expect((await seat(id, 'sarah')).unread).toBe(1);
  });

  test('of another person is another send', async () => {
    const id = await makeConversation();
    await journal.append(text(id, 'john', 'hello', 'same'));
    await journal.append(text(id, 'sarah', 'hi', 'same'));
    expect(await seqs(id)).toEqual([1, 2]);
  });

  test('with another text is refused, and with the first one is not, after edits too', async () => {
    const id = await makeConversation();
    await journal.append(text(id, 'john', 'hello', 'same'));
    const again = (body: string) => problemCode(journal.append(text(id, 'john', body, 'same')));
    expect(await again('other')).toBe('client-id-reused');
    for (const body of ['hello!', 'hello, all'])
      await journal.append({
        conversationId: id,
        kind: 'edit',
        author: 'john',
        body,
        data: { target: 1 },
        clientId: null,
      });
    expect((await journal.append(text(id, 'john', 'hello', 'same'))).message).toMatchObject({
      seq: 1,
      body: 'hello, all',
    });
    for (const body of ['other', 'hello!', 'hello, all']) expect(await again(body)).toBe('client-id-reused');
  });

  test('with other attachments is refused; of what was taken back nothing is left to compare', async () => {
    const id = await makeConversation();
    const picture = (attachmentId: string): Entry => ({
      ...text(id, 'john', '', 'same'),
      data: { attachments: [{ id: attachmentId, name: 'bowl.png', type: 'image/png', size: 1 }] },
    });
    const [one, two] = [randomUUID(), randomUUID()];
    await journal.append(picture(one));
    expect((await journal.append(picture(one))).repeated).toBe(true);
    expect(await problemCode(journal.append(picture(two)))).toBe('client-id-reused');
    expect(await problemCode(journal.append(text(id, 'john', '', 'same')))).toBe('client-id-reused');
    await journal.append({
      conversationId: id,
      kind: 'redaction',
      author: 'john',
      body: '',
      data: { target: 1 },
      clientId: null,
    });
    expect(await problemCode(journal.append(picture(two)))).toBe('none');
    expect(await seqs(id)).toEqual([1, 2]);
  });
});

describe('seats', () => {
  test('sending reads what came before, raises the others’ unread, and owes the other side an answer', async () => {
    const id = await makeConversation();
    await pool.query(`update participants set archived = true where conversation_id = $1`, [id]);
    await journal.append(text(id, 'john', 'one'));
    await journal.append(text(id, 'john', 'two'));
    expect(await seat(id, 'sarah')).toMatchObject({
      unread: 2,
      read_seq: 0,
      needs_reply: true,
      archived: false,
    });
    await journal.append(text(id, 'sarah', 'answer'));
    expect(await seat(id, 'sarah')).toMatchObject({
      unread: 0,
      read_seq: 3,
      needs_reply: false,
      notify_at: null,
    });
    expect(await seat(id, 'tom')).toMatchObject({ unread: 3, read_seq: 0, needs_reply: false });
    expect(await seat(id, 'john')).toMatchObject({ unread: 1, read_seq: 2, needs_reply: true });
  });

  test('a mixed batch counts what follows one’s own message', async () => {
    const id = await makeConversation();
    await Promise.all([
      journal.append(text(id, 'john', 'first goes alone')),
      journal.append(text(id, 'sarah', 'a')),
      journal.append(text(id, 'john', 'b')),
      journal.append(text(id, 'sarah', 'c')),
    ]);
    expect(await seat(id, 'john')).toMatchObject({ unread: 1, read_seq: 3 });
    expect(await seat(id, 'sarah')).toMatchObject({ unread: 0, read_seq: 4 });
  });

  test('an email falls due once for a burst: not for the sender’s side, the muted, or a notice', async () => {
    const id = await makeConversation();
    await pool.query(`update participants set muted = true where conversation_id = $1 and user_id = 'tom'`, [
      id,
    ]);
    await journal.append({
      conversationId: id,
      kind: 'notice',
      author: null,
      body: 'Order placed',
      data: null,
      clientId: null,
    });
    expect((await seat(id, 'sarah')).notify_at).toBeNull();
    await journal.append(text(id, 'john', 'one'));
    const first = (await seat(id, 'sarah')).notify_at;
    expect(first).not.toBeNull();
    await journal.append(text(id, 'john', 'two'));
    expect((await seat(id, 'sarah')).notify_at).toEqual(first);
    expect((await seat(id, 'tom')).notify_at).toBeNull();
    expect((await seat(id, 'john')).notify_at).toBeNull();
  });
});

describe('refusals', () => {
  test('one bad entry in a batch fails alone', async () => {
    const id = await makeConversation();
    const results = await Promise.allSettled([
      journal.append(text(id, 'john', 'opens the batch')),
      journal.append(text(id, 'john', 'good')),
      journal.append(text(id, 'eve', 'no seat')),
      journal.append(text(id, 'john', 'PostgreSQL refuses \0 this')),
      journal.append(text(randomUUID(), 'john', 'nowhere')),
      journal.append(text(id, 'sarah', 'good too')),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await seqs(id)).toEqual([1, 2, 3]);
  });

  test.each([
    ['conversation-locked', `update conversations set status = 'locked' where id = $1`],
    ['conversation-closed', `update conversations set status = 'closed' where id = $1`],
    ['blocked', `insert into blocks (user_id, target_id) select 'sarah', 'john' where $1::uuid is not null`],
  ])('%s', async (code, sql) => {
    const id = await makeConversation();
    await pool.query(sql, [id]);
    expect(await problemCode(journal.append(text(id, 'john', 'hello')))).toBe(code);
    await pool.query('delete from blocks');
    expect(await seqs(id)).toEqual([]);
  });

  test('a buyer’s block holds for the store, or for its one person', async () => {
    const id = await makeConversation();
    await pool.query(`insert into blocks (user_id, target_id) values ('john', 'tom')`);
    expect(await problemCode(journal.append(text(id, 'tom', 'hello')))).toBe('blocked');
    expect(await problemCode(journal.append(text(id, 'sarah', 'hello')))).toBe('none');
    await pool.query(`insert into blocks (user_id, target_id) values ('john', 'clay')`);
    expect(await problemCode(journal.append(text(id, 'sarah', 'hello')))).toBe('blocked');
    expect(await problemCode(journal.append(text(id, 'john', 'who blocks may still write')))).toBe('none');
    await pool.query('delete from blocks');
  });

  test('suspended people write nowhere, the system everywhere', async () => {
    const id = await makeConversation();
    await pool.query(`update users set suspended = true where id = 'tom'`);
    expect(await problemCode(journal.append(text(id, 'tom', 'hello')))).toBe('suspended');
    await pool.query(`update users set suspended = false where id = 'tom'`);
    await pool.query(`update conversations set status = 'closed' where id = $1`, [id]);
    const notice: Entry = {
      conversationId: id,
      kind: 'notice',
      author: null,
      body: 'Order shipped',
      data: null,
      clientId: null,
    };
    expect((await journal.append(notice)).message).toMatchObject({ seq: 1, side: 'system', author: null });
  });
});

describe('edits and redactions', () => {
  test('an edit changes its target and the head; a redaction leaves no word of either behind', async () => {
    const id = await makeConversation();
    await journal.append(text(id, 'john', 'first words'));
    await journal.append({
      conversationId: id,
      kind: 'edit',
      author: 'john',
      body: 'second words',
      data: { target: 1 },
      clientId: null,
    });
    const head = await pool.query('select head_text, last_seq from conversations where id = $1', [id]);
    expect(head.rows).toEqual([{ head_text: 'second words', last_seq: 2 }]);
    await journal.append({
      conversationId: id,
      kind: 'redaction',
      author: 'john',
      body: '',
      data: { target: 1 },
      clientId: null,
    });
    const everything = await pool.query(
      `select m::text as row from messages m where conversation_id = $1
      union all select c::text from conversations c where id = $1`,
      [id],
    );
    expect(JSON.stringify(everything.rows)).not.toMatch(/first words|second words/);
    expect(await seqs(id)).toEqual([1, 2, 3]);
    expect(await seat(id, 'sarah')).toMatchObject({ unread: 1 });
  });

  test('only one’s own text, once, and never a notice', async () => {
    const id = await makeConversation();
    await journal.append(text(id, 'john', 'mine'));
    await journal.append({
      conversationId: id,
      kind: 'notice',
      author: null,
      body: 'Order placed',
      data: null,
      clientId: null,
    });
    const redaction = (author: string, target: number): Entry => ({
      conversationId: id,
      kind: 'redaction',
      author,
      body: '',
      data: { target },
      clientId: null,
    });
    expect(await problemCode(journal.append(redaction('sarah', 1)))).toBe('forbidden');
    expect(await problemCode(journal.append(redaction('john', 2)))).toBe('forbidden');
    expect(await problemCode(journal.append(redaction('john', 9)))).toBe('not-found');
    expect(await problemCode(journal.append(redaction('john', 1)))).toBe('none');
    expect(await problemCode(journal.append(redaction('john', 1)))).toBe('conflict');
  });
});
