import { randomUUID } from 'node:crypto';
import type { ModerationConversation, Query } from '@parley/protocol';
import { createTestDatabase } from '../../../../test/support/database.ts';
import { actions } from '../../src/actions/index.ts';
import { createNode, type TestNode } from './node.ts';
import { openAbout, person, putBowl, putShop } from './shop.ts';

/** A shop as its moderators see it. */
export interface Moderation {
  readonly node: TestNode;
  /** A conversation of its own about a listing of its own, with one text. */
  conversation(text: string, buyer?: string, title?: string): Promise<string>;
  list(
    query: Query<'listModerationConversations'>,
  ): ReturnType<(typeof actions)['listModerationConversations']>;
  found(q: string): Promise<ModerationConversation[]>;
  /** As if it had been written a minute ago, before the index ran last, so that it is the index's turn. */
  age(conversationId: string): Promise<void>;
  /** What the index of texts holds of a conversation. */
  indexedTexts(conversationId: string): Promise<string[]>;
  close(): Promise<void>;
}

export const olive = person('olive', 'owner');

export async function startModeration(): Promise<Moderation> {
  const database = await createTestDatabase();
  const node = await createNode(database.url);
  await putShop(node);
  const list: Moderation['list'] = (query) =>
    actions.listModerationConversations(node.context, olive, { query });
  return {
    node,
    async conversation(text, buyer = 'john', title = 'Bowl') {
      const listing = `l-${randomUUID()}`;
      await putBowl(node, listing, title);
      return openAbout(node, buyer, listing, text);
    },
    list,
    found: async (q) => (await list({ q })).items,
    async age(conversationId) {
      await node.pool.query(
        `update messages set created_at = created_at - interval '1 minute' where conversation_id = $1`,
        [conversationId],
      );
      await node.pool.query(`update search_watermark set upto = least(upto, now() - interval '3 minutes')`);
    },
    async indexedTexts(conversationId) {
      const { rows } = await node.pool.query<{ folded: string }>(
        'select folded from message_texts where conversation_id = $1 order by seq',
        [conversationId],
      );
      return rows.map((row) => row.folded);
    },
    async close() {
      await node.close();
      await database.drop();
    },
  };
}
