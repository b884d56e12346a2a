import type { Connection } from './connection.ts';
import type { Outbox } from './outbox.ts';
import { isPassing, problemOf } from './parley-error.ts';
import type { Runtime } from './runtime.ts';
import type { OutboxItem } from './types.ts';

export interface DeliveryOptions {
  readonly runtime: Runtime;
  readonly outbox: Outbox;
  readonly connection: Connection;
}

/**
 * Sends what waits in the outbox: of each conversation one after the other, in order, whenever the connection stands. Answers
 * the function to call when there may be something to send.
 */
export function createDelivery({ runtime, outbox, connection }: DeliveryOptions): () => void {
  let paused = false;
  let failures = 0;

  function deliverAll(): void {
    if (paused || !connection.isOnline()) return;
    for (const item of outbox.next()) void deliver(item);
  }

  async function deliver({ clientId, conversationId, text, attachments }: OutboxItem): Promise<void> {
    outbox.change(clientId, { state: 'sending', problem: null });
    const attachmentIds = attachments.map(({ id }) => id);
    const files = attachmentIds.length > 0 ? { attachmentIds } : {};
    try {
      await connection.ask({ op: 'send', conversationId, clientId, text, ...files }, 'sent');
      failures = 0;
      outbox.acknowledge(clientId);
    } catch (error) {
      const problem = problemOf(error);
      if (!isPassing(problem)) outbox.change(clientId, { state: 'failed', problem });
      else {
        outbox.change(clientId, { state: 'waiting' });
        // With the connection gone, its return goes on.
        if (problem.status !== 0) pause(problem.retryAfter);
        if (problem.status === 401) connection.drop();
      }
    }
    deliverAll();
  }

  /** The limit is the person's, not the conversation's: all wait. */
  function pause(retryAfter: number | undefined): void {
    if (paused) return;
    paused = true;
    runtime.later(
      () => {
        paused = false;
        deliverAll();
      },
      retryAfter === undefined ? runtime.backoff((failures += 1) - 1) : retryAfter * 1000,
    );
  }
  return deliverAll;
}
