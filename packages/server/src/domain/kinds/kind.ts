import type { MessageKind } from '@parley/protocol';

/** What a kind of message means to a conversation's head and seats. */
export interface Kind {
  readonly kind: MessageKind;
  /** Shown as a conversation's last message, and moves it to the top of a list. */
  readonly movesHead: boolean;
  /** Raises the unread count of everybody but its author. */
  readonly countsAsUnread: boolean;
  /** The other side owes an answer after it. */
  readonly asksForReply: boolean;
  /** Reaches by email those who are not looking. */
  readonly notifies: boolean;
  /** Changes an earlier message, named by `data.target`. */
  readonly changesTarget: boolean;
}
