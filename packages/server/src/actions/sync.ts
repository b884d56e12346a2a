import { limits } from '@parley/protocol';
import { loadFirstPage } from '../db/conversations.ts';
import { encodeCursor } from '../db/cursor.ts';
import { loadMissed } from '../db/missed.ts';
import { presentMessage } from '../db/present.ts';
import type { Action, PersonAsker } from './action.ts';

/**
 * All that a client missed, and the first page of its inbox: two statements, however much it is, since thousands may come back at once.
 * Conversations that the asker has no seat in are left out.
 */
export const sync: Action<'sync', PersonAsker> = async (context, asker, { body }) => {
  const { userId, conversationId: onlyConversation = null } = asker;
  const positions = new Map(
    Object.entries(body.conversations).map(([id, seq]) => [id.toLowerCase(), seq] as const),
  );
  const missed = await loadMissed(context.db, userId, positions);
  const seen = { userId, onlyConversation, limit: limits.pageDefault };
  const besides = [...positions.keys()].slice(0, limits.pageDefault);
  const inbox = await loadFirstPage(context.db, seen, besides);
  const unlisted = new Map(inbox.besides.map((conversation) => [conversation.id, conversation]));
  const reader = { userId, links: context.links };
  return {
    conversations: missed.map(({ id, messages, more, reset }) => {
      const conversation = unlisted.get(id);
      return {
        id,
        messages: messages.map((row) => presentMessage(row, row.author_name, reader)),
        more,
        ...(reset && { reset }),
        ...(conversation !== undefined && { conversation }),
      };
    }),
    inbox: { items: inbox.items, nextCursor: encodeCursor(inbox.next), unread: inbox.unread },
  };
};
