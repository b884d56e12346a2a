import type { BusEvent } from './bus.ts';

/** Their ids have up to 128 bytes, and a payload (`payloads.ts`) less than 8,000. */
const recipientsPerHint = 40;

/** An event as it crosses nodes: what the other node cannot read from the database, and no more. */
export type Hint =
  | readonly ['m', conversationId: string, seq: number]
  | readonly ['r', conversationId: string, userId: string, seq: number]
  | readonly ['t', conversationId: string, userId: string]
  | readonly ['p', conversationId: string, userId: string, here: boolean]
  | readonly ['c', conversationId: string, recipients: readonly string[]]
  | readonly ['b', recipients: readonly string[]]
  /** Hints were lost that the database cannot tell. */
  | readonly ['i'];

/** The hints that stand for some events: of each log its newest message, which leads to all before it; long lists of recipients become several. */
export function hintsOf(events: readonly BusEvent[]): Hint[] {
  const newest = new Map<string, number>();
  for (const event of events)
    if (event.type === 'message.sent') newest.set(event.message.conversation_id, event.message.seq);
  return events.flatMap((event): Hint[] => {
    switch (event.type) {
      case 'message.sent': {
        const { conversation_id: conversationId, seq } = event.message;
        return newest.get(conversationId) === seq ? [['m', conversationId, seq]] : [];
      }
      case 'conversation.read':
        return [['r', event.conversationId, event.userId, event.seq]];
      case 'conversation.typed':
        return [['t', event.conversationId, event.userId]];
      case 'conversation.attended':
        return [['p', event.conversationId, event.userId, event.here]];
      case 'conversation.changed':
        return chunks(event.recipients).map((recipients) => ['c', event.conversationId, recipients]);
      case 'user.barred':
        return chunks(event.recipients).map((recipients) => ['b', recipients]);
      case 'message.stored':
      case 'bus.interrupted':
        return [];
    }
  });
}

function chunks(recipients: readonly string[]): string[][] {
  const count = Math.ceil(recipients.length / recipientsPerHint);
  return Array.from({ length: count }, (_none, index) =>
    recipients.slice(index * recipientsPerHint, (index + 1) * recipientsPerHint),
  );
}

/** What somebody does at this moment: stale a little later, and said again by whoever goes on. */
export function isPassing(hint: Hint): hint is Extract<Hint, readonly ['t' | 'p', ...unknown[]]> {
  return hint[0] === 't' || hint[0] === 'p';
}

/** Whether losing it would be noticed by nobody: a message is found in the database, and what passes is not worth a second try. */
export function mustArrive(hint: Hint): boolean {
  return hint[0] !== 'm' && !isPassing(hint);
}

/** Whether the database says who is to hear of it. */
export function needsSeats(hint: Hint): hint is Extract<Hint, readonly ['r' | 't' | 'p', ...unknown[]]> {
  return hint[0] === 'r' || isPassing(hint);
}
