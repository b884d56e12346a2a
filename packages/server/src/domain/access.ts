import type { ConversationStatus, MessageKind, ProblemCode, Side } from '@parley/protocol';

/** What is known of an author and a conversation at the moment of writing, under the conversation's lock. */
export interface WriteFacts {
  readonly status: ConversationStatus;
  /** The author's side, or null without a seat. */
  readonly side: Side | null;
  readonly suspended: boolean;
  /** The other side does not want to hear from this author. */
  readonly blocked: boolean;
}

/** Why somebody may not write, or null when they may. Without a seat the conversation does not exist for them. */
export function whyNotWrite(facts: WriteFacts): ProblemCode | null {
  if (facts.side === null) return 'not-found';
  if (facts.suspended) return 'suspended';
  if (facts.status === 'locked') return 'conversation-locked';
  if (facts.status === 'closed') return 'conversation-closed';
  if (facts.blocked) return 'blocked';
  return null;
}

/** What is said with each refusal. */
export const refusals: Partial<Record<ProblemCode, string>> = {
  'not-found': 'There is no such conversation.',
  suspended: 'Your account is suspended, so it cannot write. Ask the marketplace.',
  'conversation-locked': 'A moderator has locked this conversation. It can be read, not written to.',
  'conversation-closed': 'This conversation is closed. It can be read, not written to.',
  blocked: 'The other side has blocked you in this marketplace, so your message was not sent.',
};

/** A block: `userId` does not want to hear from `targetId`, a person or a store. */
export interface BlockFact {
  readonly userId: string;
  readonly targetId: string;
}

/** The two sides of a conversation, for deciding about blocks. */
export interface Parties {
  readonly buyerId: string;
  readonly storeId: string;
  /** Who sits on the store's side. */
  readonly storeUserIds: readonly string[];
}

/**
 * Whether the other side has blocked this author. A buyer blocks a store, or one of its people; what one of a store's people
 * blocks, the whole store has blocked.
 */
export function isBlocked(
  blocks: readonly BlockFact[],
  parties: Parties,
  author: { userId: string; side: Side },
): boolean {
  if (author.side === 'buyer')
    return blocks.some(
      (block) => block.targetId === author.userId && parties.storeUserIds.includes(block.userId),
    );
  if (author.side === 'store')
    return blocks.some(
      (block) =>
        block.userId === parties.buyerId &&
        (block.targetId === parties.storeId || block.targetId === author.userId),
    );
  return false;
}

/** What is known of the message that an edit or a redaction is for. */
export interface TargetFacts {
  readonly kind: MessageKind;
  readonly author: string | null;
  readonly redacted: boolean;
}

/** Why somebody may not change a message, or null when they may: only their own texts, and none that is taken back. */
export function whyNotChange(
  target: TargetFacts | null,
  userId: string,
): { code: ProblemCode; detail: string } | null {
  if (target === null) return { code: 'not-found', detail: 'There is no such message.' };
  if (target.author !== userId) return { code: 'forbidden', detail: 'Only its author may change a message.' };
  if (target.kind !== 'text')
    return { code: 'forbidden', detail: 'Only texts can be changed or taken back.' };
  if (target.redacted) return { code: 'conflict', detail: 'This message was taken back already.' };
  return null;
}
