import type { Kysely } from 'kysely';
import { loadSeatHolders } from '../db/seat-holders.ts';
import type { Tables } from '../db/tables.ts';
import type { BusEvent } from './bus.ts';
import type { Hint } from './hints.ts';

/** What somebody does at this moment: stale a little later, and said again by whoever goes on. */
export function isPassing(hint: Hint): hint is Extract<Hint, readonly ['t' | 'p', ...unknown[]]> {
  return hint[0] === 't' || hint[0] === 'p';
}

/** Whether the database says who is to hear of it. */
export function needsSeats(hint: Hint): hint is Extract<Hint, readonly ['r' | 't' | 'p', ...unknown[]]> {
  return hint[0] === 'r' || isPassing(hint);
}

/** Another node's hints as events again, to those who sit there now. One query at most, however many hints, and none unless one needs seats. */
export async function resolveHints(db: Kysely<Tables>, hints: readonly Hint[]): Promise<BusEvent[]> {
  const conversationIds = hints.filter(needsSeats).map(([, conversationId]) => conversationId);
  const seats = await loadSeatHolders(db, conversationIds);
  return hints.map((hint): BusEvent => {
    switch (hint[0]) {
      case 'm':
        return { type: 'message.stored', conversationId: hint[1], seq: hint[2] };
      case 'r':
        return {
          type: 'conversation.read',
          recipients: seats.get(hint[1]) ?? [],
          conversationId: hint[1],
          userId: hint[2],
          seq: hint[3],
        };
      case 't':
        return {
          type: 'conversation.typed',
          recipients: (seats.get(hint[1]) ?? []).filter((userId) => userId !== hint[2]),
          conversationId: hint[1],
          userId: hint[2],
        };
      case 'p':
        return {
          type: 'conversation.attended',
          recipients: seats.get(hint[1]) ?? [],
          conversationId: hint[1],
          userId: hint[2],
          here: hint[3],
        };
      case 'c':
        return { type: 'conversation.changed', recipients: hint[2], conversationId: hint[1] };
      case 'b':
        return { type: 'user.barred', recipients: hint[1] };
      case 'i':
        return { type: 'bus.interrupted' };
    }
  });
}
