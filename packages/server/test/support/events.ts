import type { BusEvent } from '../../src/bus/bus.ts';

/** A long text of John's, as the bus hears of it. */
export function sentEvent(conversationId: string, seq: number): BusEvent {
  return {
    type: 'message.sent',
    recipients: ['john', 'sarah'],
    message: {
      conversation_id: conversationId,
      seq,
      kind: 'text',
      author: 'john',
      side: 'buyer',
      body: 'x'.repeat(5_000),
      data: null,
      client_id: null,
      created_at: new Date('2026-01-02T03:04:05.678Z'),
      edited_at: null,
      redacted_at: null,
    },
    authorName: 'John',
  };
}
