import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../src/actions/index.ts';
import { olive, startModeration, type Moderation } from './support/moderation.ts';
import type { TestNode } from './support/node.ts';
import { person, problemOf, send } from './support/shop.ts';

let moderation: Moderation;
let node: TestNode;

beforeAll(async () => {
  moderation = await startModeration();
  ({ node } = moderation);
});
afterAll(() => moderation.close());

const conversation = (text: string, buyer?: string, title?: string) =>
  moderation.conversation(text, buyer, title);
const list: Moderation['list'] = (query) => moderation.list(query);

describe('who may', () => {
  test.each(['listModerationConversations', 'listAudit'] as const)('%s', async (name) => {
    expect(await problemOf(actions[name](node.context, person('john'), { query: {} }))).toBe('forbidden');
    expect(await problemOf(actions[name](node.context, person('john', 'moderator'), { query: {} }))).toBe(
      'none',
    );
  });

  test('reading', async () => {
    const id = await conversation('Private');
    const read = { params: { id }, query: { reason: 'curious' } };
    expect(await problemOf(actions.readModerationConversation(node.context, person('john'), read))).toBe(
      'forbidden',
    );
    expect(await problemOf(actions.readModerationMessages(node.context, person('john'), read))).toBe(
      'forbidden',
    );
  });
});

describe('reading, on the record', () => {
  const audit = async (conversationId?: string) =>
    (
      await actions.listAudit(node.context, olive, {
        query: conversationId === undefined ? {} : { conversationId },
      })
    ).items;

  test('one conversation, each time', async () => {
    const id = await conversation('To be read');
    await actions.reportConversation(node.context, person('john'), {
      body: { conversationId: id, seq: 1, reason: 'spam', text: 'Bad' },
    });
    const read = () =>
      actions.readModerationConversation(node.context, olive, {
        params: { id },
        query: { reason: ' A report ' },
      });
    const detail = await read();
    expect(detail).toMatchObject({
      id,
      participants: [
        { userId: 'john', name: 'John Dee', side: 'buyer', readSeq: 1 },
        { userId: 'sarah', side: 'store' },
        { userId: 'tom', side: 'store' },
      ],
      reports: [{ reporter: 'john', seq: 1, reason: 'spam', text: 'Bad' }],
    });
    await read();
    expect(await audit(id)).toMatchObject([
      { actor: 'olive', action: 'read', conversationId: id, reason: 'A report' },
      { actor: 'olive', action: 'read', conversationId: id, reason: 'A report' },
    ]);
  });

  test('its messages, once for a quarter of an hour and a reason', async () => {
    const id = await conversation('One');
    await send(node, 'sarah', id, 'Two');
    const read = (reason: string, more: { before?: number; after?: number; limit?: number } = {}) =>
      actions.readModerationMessages(node.context, olive, { params: { id }, query: { reason, ...more } });
    expect((await read('why')).items.map((message) => message.text)).toEqual(['One', 'Two']);
    expect((await read('why', { before: 2 })).items.map((message) => message.seq)).toEqual([1]);
    expect(await audit(id)).toHaveLength(1);
    await read('another reason', { after: 1 });
    expect(await audit(id)).toHaveLength(2);
    await node.pool.query(`update audit set at = at - interval '16 minutes' where conversation_id = $1`, [
      id,
    ]);
    await read('why');
    expect(await audit(id)).toHaveLength(3);
    expect(await problemOf(read('why', { before: 2, after: 1 }))).toBe('invalid after');
    const seen = await actions.getConversation(node.context, person('john'), { params: { id } });
    expect(seen.others.map((other) => other.userId)).toEqual(['sarah', 'tom']);
  });

  test('needs a reason and a conversation, and records nothing without', async () => {
    const before = (await audit()).length;
    const id = randomUUID();
    const none = { params: { id }, query: { reason: 'why' } };
    expect(await problemOf(actions.readModerationConversation(node.context, olive, none))).toBe('not-found');
    expect(await problemOf(actions.readModerationMessages(node.context, olive, none))).toBe('not-found');
    const blank = { params: { id }, query: { reason: '  ' } };
    expect(await problemOf(actions.readModerationConversation(node.context, olive, blank))).toBe(
      'invalid reason',
    );
    expect(await audit()).toHaveLength(before);
  });

  test('a search is recorded with its words, once for all its pages', async () => {
    await list({ q: 'Some "words"' });
    await list({ q: '   ' });
    await list({});
    const { items } = await actions.listAudit(node.context, olive, {
      query: { action: 'search', actor: 'olive', limit: 1 },
    });
    expect(items).toMatchObject([{ actor: 'olive', action: 'search', note: 'Some "words"' }]);
    expect(items[0]).not.toHaveProperty('conversationId');
  });

  test('the audit has pages and filters', async () => {
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await actions.listAudit(node.context, olive, {
        query: { limit: 3, ...(cursor !== undefined && { cursor }) },
      });
      seen.push(...page.items.map((item) => item.id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    const { rows } = await node.pool.query<{ id: string }>('select id from audit order by at desc, id desc');
    expect(seen).toEqual(rows.map((row) => row.id));
    const nobody = await actions.listAudit(node.context, olive, { query: { actor: 'john' } });
    expect(nobody.items).toEqual([]);
  });
});
