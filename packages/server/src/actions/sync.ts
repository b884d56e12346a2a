import { loadMissed } from '../db/missed.ts';
import { presentMessage } from '../db/present.ts';
import type { Action, PersonAsker } from './action.ts';
import { readInbox } from './conversations.ts';

/** All that a client missed, and the first page of its inbox: two statements. Conversations that the asker has no seat in are left out. */
export const sync: Action<'sync', PersonAsker> = async (context, asker, { body }) => {
  const positions = Object.entries(body.conversations).map(([id, seq]) => [id.toLowerCase(), seq] as const);
  const missed = await loadMissed(context.db, asker.userId, new Map(positions));
  const reader = { userId: asker.userId, links: context.links };
  return {
    conversations: missed.map(({ id, messages, more, reset }) => ({
      id,
      messages: messages.map((row) => presentMessage(row, row.author_name, reader)),
      more,
      ...(reset && { reset }),
    })),
    inbox: await readInbox(context, asker, {}),
  };
};
