import type { MessageRow } from '../db/tables.ts';
import { kinds } from '../domain/kinds/index.ts';
import type { AuthorFact, BatchFacts, LockedConversation } from './facts.ts';
import type { Entry } from './journal.ts';
import type { HeadChange, Plan } from './plan.ts';

/**
 * Open conversations as this journal left them, and who wrote there and so may write there. A batch that is all remembered is planned before
 * the database is asked. Nothing of it is taken for true: the statement that writes the plan writes nothing where anything is otherwise.
 */
export interface Memory {
  /** What planning these entries needs; null where one of them has to be looked up. */
  recall(entries: readonly Entry[]): BatchFacts | null;
  /** A plan was committed, upon these facts. */
  learn(facts: BatchFacts, plan: Plan): void;
  forget(entries: readonly Entry[]): void;
  /** Another node has told of messages up to `seq`. */
  hear(conversationId: string, seq: number): void;
}

interface Remembered {
  readonly conversation: LockedConversation;
  /** By id. */
  readonly authors: Map<string, AuthorFact>;
}

/** Conversations at most, those written to last, and seats of each; some 500 bytes a conversation, and 100 a seat. */
const mostConversations = 10_000;
const mostSeats = 20;
/** `clientId`s in one of two generations, whoever sent them: one that is known makes its batch be read, no more; some 100 bytes each. */
const mostKeys = 10_000;
const none = new Map<string, never>();

export function createMemory(): Memory {
  const known = new Map<string, Remembered>();
  const keys = rememberNewest(mostKeys);

  function learnConversation(facts: BatchFacts, { conversationId: id, lastSeq }: HeadChange): void {
    const authors = known.get(id)?.authors ?? new Map<string, AuthorFact>();
    // Behind those that were written to before.
    known.delete(id);
    const conversation = facts.conversations.get(id);
    if (conversation !== undefined && isPlain(conversation, facts.blocks))
      known.set(id, { conversation: { ...conversation, lastSeq }, authors });
  }

  /** Of a repeated message too: whoever sends it once more would again make its batch be written in vain. */
  function learnAuthor(
    facts: BatchFacts,
    { conversation_id: id, author, client_id: clientId }: MessageRow,
  ): void {
    if (author === null) return;
    const fact = facts.authors.get(author);
    if (fact !== undefined && !fact.suspended) known.get(id)?.authors.set(author, fact);
    if (clientId !== null) keys.add(clientId);
  }

  return {
    recall: (entries) => recall(known, keys.has, entries),
    learn(facts, plan) {
      for (const head of plan.heads.values()) learnConversation(facts, head);
      for (const outcome of plan.outcomes)
        if ('appended' in outcome) learnAuthor(facts, outcome.appended.message);
      for (const oldest of known.keys()) {
        if (known.size <= mostConversations) break;
        known.delete(oldest);
      }
    },
    forget(entries) {
      for (const { conversationId } of entries) known.delete(conversationId);
    },
    hear(conversationId, seq) {
      const remembered = known.get(conversationId);
      if (remembered === undefined || remembered.conversation.lastSeq >= seq) return;
      known.set(conversationId, {
        ...remembered,
        conversation: { ...remembered.conversation, lastSeq: seq },
      });
    },
  };
}

/** Open, as nearly all are, and without a block between its people: the system writes into others too, and some blocks refuse nobody. */
function isPlain({ status, storeId, seats }: LockedConversation, blocks: BatchFacts['blocks']): boolean {
  if (status !== 'open' || seats.length > mostSeats) return false;
  const sits = (userId: string): boolean => seats.some((seat) => seat.userId === userId);
  return !blocks.some(({ userId, targetId }) => sits(userId) && (targetId === storeId || sits(targetId)));
}

/** What has an effect on rows that are not among the facts, or answers a message of before, is looked up. */
function recall(
  known: ReadonlyMap<string, Remembered>,
  wasSent: (clientId: string) => boolean,
  entries: readonly Entry[],
): BatchFacts | null {
  const conversations = new Map<string, LockedConversation>();
  const authors = new Map<string, AuthorFact>();
  for (const { conversationId, author, clientId, kind, data } of entries) {
    const remembered = known.get(conversationId);
    if (remembered === undefined || kinds[kind].changesTarget || data?.attachments !== undefined) return null;
    conversations.set(conversationId, remembered.conversation);
    if (author === null) continue;
    const fact = remembered.authors.get(author);
    if (fact === undefined || (clientId !== null && wasSent(clientId))) return null;
    authors.set(author, fact);
  }
  return {
    held: new Set(),
    at: new Date(),
    conversations,
    authors,
    blocks: [],
    byClientKey: none,
    bySeqKey: none,
  };
}

/** A set of the newest keys: between `most` and twice as many. */
function rememberNewest(most: number): {
  readonly has: (key: string) => boolean;
  readonly add: (key: string) => void;
} {
  let [newer, older] = [new Set<string>(), new Set<string>()];
  return {
    has: (key) => newer.has(key) || older.has(key),
    add(key) {
      if (newer.size >= most) [newer, older] = [new Set(), newer];
      newer.add(key);
    },
  };
}
