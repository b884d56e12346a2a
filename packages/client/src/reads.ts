import type { Conversation } from '@parley/protocol';
import type { Connection } from './connection.ts';
import { isPassing, problemOf } from './parley-error.ts';
import type { Refetch } from './refetch.ts';
import type { Runtime } from './runtime.ts';

/** Read positions that the service has not heard of yet: shown here at once, told when the connection stands. */
export interface Reads {
  mark(conversationId: string, seq: number): void;
  /** Tells what waits. */
  flush(): void;
  /** What the service says, with what it has not heard of. */
  overlay(conversation: Conversation): Conversation;
}

export interface ReadsOptions {
  readonly runtime: Runtime;
  readonly connection: Connection;
  readonly refetch: Refetch;
  /** The service has moved the read position, or had done so before. */
  readonly onTold: (conversationId: string) => void;
  /** The newest `seq` that is known of a conversation. */
  readonly lastSeq: (conversationId: string) => number;
}

export function createReads({ runtime, connection, refetch, onTold, lastSeq }: ReadsOptions): Reads {
  const pending = new Map<string, number>();
  const telling = new Set<string>();

  async function tell(conversationId: string, seq: number): Promise<void> {
    telling.add(conversationId);
    try {
      await connection.ask({ op: 'read', conversationId, seq }, 'ok');
      if (pending.get(conversationId) === seq) pending.delete(conversationId);
      onTold(conversationId);
      // How much is left behind it only the service knows for sure.
      if (seq < lastSeq(conversationId)) refetch(conversationId);
    } catch (error) {
      const problem = problemOf(error);
      if (isPassing(problem)) {
        if (problem.status !== 0) runtime.later(flush, (problem.retryAfter ?? 5) * 1000);
        return;
      }
      pending.delete(conversationId);
      refetch(conversationId);
    } finally {
      telling.delete(conversationId);
    }
    flush();
  }
  function flush(): void {
    if (!connection.isOnline()) return;
    for (const [conversationId, seq] of pending)
      if (!telling.has(conversationId)) void tell(conversationId, seq);
  }
  return {
    mark(conversationId, seq) {
      pending.set(conversationId, Math.max(seq, pending.get(conversationId) ?? 0));
      flush();
    },
    flush,
    overlay(conversation) {
      const { lastSeq, seat } = conversation;
      const seq = Math.min(pending.get(conversation.id) ?? 0, lastSeq);
      if (seq <= seat.readSeq) return conversation;
      return { ...conversation, seat: { ...seat, readSeq: seq, unread: seq === lastSeq ? 0 : seat.unread } };
    },
  };
}
