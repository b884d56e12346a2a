import type { ProblemCode } from '@parley/protocol';

/** What is known of whom somebody wants to block. */
export interface BlockFacts {
  readonly asker: string;
  readonly target: string;
  /** There is a person or a store of that id. */
  readonly exists: boolean;
  /** The asker is a member of the store that is the target, or of one with the person who is. */
  readonly ownSide: boolean;
}

/** Why somebody may not be blocked, or null when they may. */
export function whyNotBlock(facts: BlockFacts): { code: ProblemCode; detail: string } | null {
  if (!facts.exists) return { code: 'not-found', detail: `There is no person or store ${facts.target}.` };
  if (facts.asker === facts.target)
    return { code: 'invalid', detail: 'This is yourself; name a person or a store on the other side.' };
  if (facts.ownSide)
    return { code: 'invalid', detail: 'This is your own store; name a person or a store on the other side.' };
  return null;
}
