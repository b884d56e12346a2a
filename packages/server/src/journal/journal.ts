import type { MessageKind } from '@parley/protocol';
import type { MessageData, MessageRow } from '../db/tables.ts';

/** What is to be appended to a conversation's log. */
export interface Entry {
  readonly conversationId: string;
  readonly kind: MessageKind;
  /** Whose words; null for the system's. */
  readonly author: string | null;
  readonly body: string;
  readonly data: MessageData | null;
  readonly clientId: string | null;
}

/** An entry's place in the log. `repeated` when the same `clientId` was there before: then it is the first one's message. */
export interface Appended {
  readonly message: MessageRow;
  readonly authorName: string;
  readonly repeated: boolean;
}

/**
 * The write path of messages: concurrent sends share one commit. An entry is checked against the conversation as it is under the
 * lock (seat, status, blocks), gets the next `seq`, moves the head and every seat, and is told to the participants after commit.
 */
export interface Journal {
  /**
   * Resolves after commit.
   * @throws {ProblemError} when the author may not write there, or 503 with `retryAfter`: the journal is full, the database away, or
   *   another transaction has held the conversation for too long
   */
  append(entry: Entry): Promise<Appended>;
  /** Entries that wait for the commits in flight, or for a conversation that another transaction holds. */
  waiting(): number;
  /** Stops taking entries and resolves when those in hand are written or refused. */
  close(): Promise<void>;
}
