import type { Conversation } from '@parley/protocol';
import type { NamedMessage } from '../db/messages.ts';

/** Whom a notification speaks to. */
export interface NotifiedPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly locale: string | null;
  readonly timeZone: string | null;
}

/** Everything that a channel says to one person about one conversation, checked at the moment of sending. */
export interface Notification {
  /** The delivery's id: the same at every try. */
  readonly id: string;
  /** The `Message-ID` with its angle brackets: the same at every try. */
  readonly messageId: string;
  /** The Message-IDs of what was sent to this person about this conversation before: the first, and the last. */
  readonly references: readonly string[];
  readonly person: NotifiedPerson;
  /** As the person sees it. */
  readonly conversation: Conversation;
  /** The first unread messages of others, in ascending `seq`. */
  readonly messages: readonly NamedMessage[];
  /** How many unread messages there are beyond `messages`. */
  readonly more: number;
}
