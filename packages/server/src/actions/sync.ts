import { limits, type Message } from '@parley/protocol';
import { loadMissed } from '../db/messages.ts';
import { presentMessage } from '../db/present.ts';
import type { Action, Context, PersonAsker } from './action.ts';
import { readInbox } from './conversations.ts';

/** Messages in one answer; what is beyond it is said by `more`. */
const answerBudget = 2000;

interface Missed {
  readonly conversationId: string;
  readonly after: number;
  readonly limit: number;
  readonly more: boolean;
  readonly reset: boolean;
}

/** All that a client missed, and the first page of its inbox. Conversations that the asker has no seat in are left out. */
export const sync: Action<'sync', PersonAsker> = async (context, asker, { body }) => {
  const ranges = planSync(await readPositions(context, asker, body.conversations));
  const rows = await loadMissed(
    context.db,
    ranges.filter((range) => range.limit > 0),
  );
  const reader = { userId: asker.userId, links: context.links };
  const byConversation = new Map<string, Message[]>(ranges.map((range) => [range.conversationId, []]));
  for (const row of rows)
    byConversation.get(row.conversation_id)?.push(presentMessage(row, row.author_name, reader));
  return {
    conversations: ranges.map(({ conversationId, more, reset }) => ({
      id: conversationId,
      messages: byConversation.get(conversationId) ?? [],
      more,
      ...(reset && { reset }),
    })),
    inbox: await readInbox(context, asker, {}),
  };
};

interface Position {
  readonly conversationId: string;
  readonly known: number;
  readonly lastSeq: number;
}

async function readPositions(
  context: Context,
  asker: PersonAsker,
  positions: Readonly<Record<string, number>>,
): Promise<Position[]> {
  const ids = Object.keys(positions);
  if (ids.length === 0) return [];
  const rows = await context.db
    .selectFrom('participants as p')
    .innerJoin('conversations as c', 'c.id', 'p.conversation_id')
    .select(['c.id', 'c.last_seq'])
    .where('p.user_id', '=', asker.userId)
    .where('p.conversation_id', 'in', ids)
    .execute();
  const wanted = new Map(Object.entries(positions).map(([id, seq]) => [id.toLowerCase(), seq]));
  return rows.map((row) => ({
    conversationId: row.id,
    known: wanted.get(row.id) ?? 0,
    lastSeq: row.last_seq,
  }));
}

/**
 * What to read for each conversation. A client that missed more than 1,000 messages, or claims to know some that are not there,
 * starts anew from the newest page.
 */
export function planSync(positions: readonly Position[]): Missed[] {
  let budget = answerBudget;
  return positions.map(({ conversationId, known, lastSeq }) => {
    const missed = lastSeq - known;
    const reset = missed > limits.syncReset || missed < 0;
    const wanted = reset ? Math.min(lastSeq, limits.pageDefault) : missed;
    const limit = Math.min(wanted, budget);
    budget -= limit;
    return {
      conversationId,
      after: reset ? lastSeq - wanted : known,
      limit,
      more: limit < wanted || (reset && lastSeq > wanted),
      reset,
    };
  });
}
