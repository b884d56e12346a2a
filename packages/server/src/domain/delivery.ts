/** What is known of a person and their seat at the moment when a channel would speak to them. */
export interface DeliveryFacts {
  /** The channel has an address of the person's. */
  readonly reachable: boolean;
  readonly suspended: boolean;
  readonly erased: boolean;
  /** The person wants to hear by this channel at all. */
  readonly wanted: boolean;
  /** The person does not want to hear of this conversation: muted, or its emails stopped. */
  readonly silenced: boolean;
  /** Texts of others that are still unread, not taken back, and not spoken of before. */
  readonly unreadTexts: number;
}

/**
 * Why a notification that was due is not sent after all, or null when it is. An archived conversation does not matter: the message has
 * brought it back.
 */
export function whyNotDeliver(facts: DeliveryFacts): string | null {
  if (facts.erased) return 'The person was erased.';
  if (facts.suspended) return 'The person is suspended.';
  if (!facts.wanted) return 'The person wants no notifications here.';
  if (facts.silenced) return 'The person silenced this conversation.';
  if (!facts.reachable) return 'The person has no address here.';
  if (facts.unreadTexts === 0) return 'Everything was read or taken back meanwhile.';
  return null;
}
