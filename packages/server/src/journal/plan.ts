import { ProblemError, type Side } from '@parley/protocol';
import { isBlocked, refusals, whyNotChange, whyNotWrite } from '../domain/access.ts';
import { kinds } from '../domain/kinds/index.ts';
import { moveSeat, unchangedSeat, type SeatChange } from '../domain/seats.ts';
import type { MessageRow } from '../db/tables.ts';
import { clientKey, seqKey, type BatchFacts, type FirstSend, type LockedConversation } from './facts.ts';
import type { Appended, Entry } from './journal.ts';

/** How a batch moves one conversation's row. */
export interface HeadChange {
  readonly conversationId: string;
  lastSeq: number;
  /** The newest message that a list shows, or null where the batch has none. */
  head: MessageRow | null;
  buyerAsked: boolean;
  storeAnswered: boolean;
}

export type Outcome = { readonly appended: Appended } | { readonly problem: ProblemError };

/** What a batch writes, and what each of its entries comes to. Made without clock, SQL or network. */
export interface Plan {
  readonly messages: MessageRow[];
  readonly heads: Map<string, HeadChange>;
  readonly seats: Map<string, SeatChange>;
  /** In the order of the entries. */
  readonly outcomes: Outcome[];
}

/** Decides a batch: entries in their order, each alone; one that is refused leaves no trace. */
export function planBatch(entries: readonly Entry[], facts: BatchFacts): Plan {
  const plan: Plan = { messages: [], heads: new Map(), seats: new Map(), outcomes: [] };
  const written = new Map(facts.byClientKey);
  for (const entry of entries) plan.outcomes.push(decide(entry, facts, plan, written));
  return plan;
}

function decide(entry: Entry, facts: BatchFacts, plan: Plan, written: Map<string, FirstSend>): Outcome {
  const conversation = facts.conversations.get(entry.conversationId);
  if (conversation === undefined) return refuse('not-found');
  const side = sideOf(entry, conversation);
  const key = entry.clientId === null ? null : clientKey(entry.conversationId, entry.author, entry.clientId);
  const first = key === null ? undefined : written.get(key);
  const authorName = entry.author === null ? '' : (facts.authors.get(entry.author)?.name ?? '');
  if (first !== undefined && side !== null) return repeat(entry, first, authorName);
  const refusal = side === 'system' ? null : refusalOf(entry, side, conversation, facts, plan);
  if (refusal !== null) return refusal;
  const message = nextMessage(entry, side ?? 'system', conversation, facts, plan);
  if (key !== null) written.set(key, { message, sentText: entry.body });
  return { appended: { message, authorName, repeated: false } };
}

function sideOf(entry: Entry, conversation: LockedConversation): Side | null {
  if (entry.author === null) return 'system';
  return conversation.seats.find((seat) => seat.userId === entry.author)?.side ?? null;
}

function refuse(code: ProblemError['code'], detail = refusals[code] ?? ''): Outcome {
  return { problem: new ProblemError(code, detail) };
}

/** What was taken back since cannot be compared with what comes again, and counts as the same. */
function repeat(entry: Entry, { message, sentText }: FirstSend, authorName: string): Outcome {
  const isSame = sentText === entry.body && attachmentIds(message) === attachmentIds(entry);
  if (sentText !== null && !isSame)
    return refuse(
      'client-id-reused',
      `The clientId ${JSON.stringify(entry.clientId)} was used for another text or other attachments in this conversation; use a new one.`,
    );
  return { appended: { message, authorName, repeated: true } };
}

function attachmentIds({ data }: Pick<Entry, 'data'> | MessageRow): string {
  return (data?.attachments ?? []).map(({ id }) => id).join();
}

function refusalOf(
  entry: Entry,
  side: Side | null,
  conversation: LockedConversation,
  facts: BatchFacts,
  plan: Plan,
): Outcome | null {
  const userId = entry.author ?? '';
  const author = facts.authors.get(userId);
  const parties = {
    buyerId: conversation.buyerId,
    storeId: conversation.storeId,
    storeUserIds: conversation.seats.filter((seat) => seat.side === 'store').map((seat) => seat.userId),
  };
  const code = whyNotWrite({
    status: conversation.status,
    side,
    suspended: author?.suspended ?? true,
    blocked: side !== null && isBlocked(facts.blocks, parties, { userId, side }),
  });
  if (code !== null) return refuse(code);
  if (!kinds[entry.kind].changesTarget) return null;
  const target = facts.bySeqKey.get(seqKey(entry.conversationId, entry.data?.target ?? 0));
  const why = whyNotChange(
    target === undefined
      ? null
      : { kind: target.kind, author: target.author, redacted: isRedacted(target, plan) },
    userId,
  );
  return why === null ? null : refuse(why.code, why.detail);
}

/** Taken back before, or earlier in this batch. */
function isRedacted(target: MessageRow, plan: Plan): boolean {
  return (
    target.redacted_at !== null ||
    plan.messages.some(
      (message) =>
        message.kind === 'redaction' &&
        message.conversation_id === target.conversation_id &&
        message.data?.target === target.seq,
    )
  );
}

function nextMessage(
  entry: Entry,
  side: Side,
  conversation: LockedConversation,
  facts: BatchFacts,
  plan: Plan,
): MessageRow {
  const head = headOf(plan, conversation);
  const message: MessageRow = {
    conversation_id: conversation.id,
    seq: head.lastSeq + 1,
    kind: entry.kind,
    author: entry.author,
    side,
    body: entry.body,
    data: entry.data,
    client_id: entry.clientId,
    created_at: facts.at,
    edited_at: null,
    redacted_at: null,
  };
  plan.messages.push(message);
  head.lastSeq = message.seq;
  if (kinds[entry.kind].movesHead) head.head = message;
  if (kinds[entry.kind].asksForReply && side === 'buyer') head.buyerAsked = true;
  if (kinds[entry.kind].asksForReply && side === 'store') head.storeAnswered = true;
  for (const seat of conversation.seats) {
    const key = `${conversation.id}\n${seat.userId}`;
    const change = plan.seats.get(key) ?? unchangedSeat(conversation.id, seat.userId);
    plan.seats.set(key, change);
    moveSeat(change, seat, message);
  }
  return message;
}

function headOf(plan: Plan, conversation: LockedConversation): HeadChange {
  const known = plan.heads.get(conversation.id);
  if (known !== undefined) return known;
  const head: HeadChange = {
    conversationId: conversation.id,
    lastSeq: conversation.lastSeq,
    head: null,
    buyerAsked: false,
    storeAnswered: false,
  };
  plan.heads.set(conversation.id, head);
  return head;
}
