import type { NoticeData } from '@parley/protocol';

/** What a conversation is told of an order. */
export interface OrderNotice {
  /** An English sentence; clients say `notice` in their reader's language. */
  readonly body: string;
  readonly notice: NoticeData;
}

export interface OrderChange {
  readonly order: { readonly id: string; readonly number: string | null; readonly status: string };
  /** The status that the order had, or null when it is new. */
  readonly before: string | null;
  /** The status that the conversation's last notice of this order said, or null without one. */
  readonly said: string | null;
}

/**
 * The notice that an order's new state calls for, or null when the conversation has said as much already. What the log said counts, not
 * the order's row: so a notice that was written just before a process died is not written again.
 */
export function orderNotice({ order, before, said }: OrderChange): OrderNotice | null {
  const previous = said ?? before;
  if (previous === order.status) return null;
  const facts = { orderId: order.id, number: order.number, status: order.status, previous };
  const name = `Order ${order.number ?? order.id}`;
  if (previous === null) return { body: `${name} was placed`, notice: { type: 'order.placed', ...facts } };
  return {
    body: `${name} is now ${order.status.replace(/[_-]/g, ' ')}`,
    notice: { type: 'order.updated', ...facts },
  };
}
