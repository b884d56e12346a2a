import type { MessageRow } from '../db/tables.ts';

/**
 * What has happened, with those who are to hear of it. Recipients are chosen where the change is decided (`domain`),
 * never by whoever delivers. Events leave after commit only.
 */
export type BusEvent =
  | {
      readonly type: 'message.sent';
      readonly recipients: readonly string[];
      readonly message: MessageRow;
      readonly authorName: string;
    }
  /** What `message.sent` is on the other nodes: the conversation has messages up to `seq`; they are read from the database. */
  | { readonly type: 'message.stored'; readonly conversationId: string; readonly seq: number }
  | {
      readonly type: 'conversation.read';
      readonly recipients: readonly string[];
      readonly conversationId: string;
      readonly userId: string;
      readonly seq: number;
    }
  | {
      readonly type: 'conversation.typed';
      readonly recipients: readonly string[];
      readonly conversationId: string;
      readonly userId: string;
    }
  /** Somebody has the conversation before them, or has left it. */
  | {
      readonly type: 'conversation.attended';
      readonly recipients: readonly string[];
      readonly conversationId: string;
      readonly userId: string;
      readonly here: boolean;
    }
  /** A conversation is new to the recipients, or its head changed otherwise than by a message: each hears it as they see it. */
  | {
      readonly type: 'conversation.changed';
      readonly recipients: readonly string[];
      readonly conversationId: string;
    }
  /** The person was suspended or erased: their sockets close. */
  | { readonly type: 'user.barred'; readonly recipients: readonly string[] }
  /** This node may have missed other nodes' events: whoever is connected here has to sync. */
  | { readonly type: 'bus.interrupted' };

/** Carries events to every node, this one included. A hint, not the truth: what it loses is read from the database. */
export interface Bus {
  /** Never throws and never waits: a send does not depend on the bus. */
  publish(events: readonly BusEvent[]): void;
  /** `handler` gets every node's events, a node's own ones at once and in the order in which they were published. */
  subscribe(handler: (event: BusEvent) => void): () => void;
  close(): Promise<void>;
}
