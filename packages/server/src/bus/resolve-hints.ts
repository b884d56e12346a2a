import type { Kysely } from 'kysely';
import { loadReadSeats, type ReadSeat } from '../db/seat-holders.ts';
import type { Tables } from '../db/tables.ts';
import type { BusEvent } from './bus.ts';
import { needsSeats, type Hint } from './hints.ts';

/** Another node's hints as events again, to those who sit there now. One query at most, however many hints, and none unless one needs seats. */
export async function resolveHints(db: Kysely<Tables>, hints: readonly Hint[]): Promise<BusEvent[]> {
  const conversationIds = hints.filter(needsSeats).map(([, conversationId]) => conversationId);
  const seats = await loadReadSeats(db, conversationIds);
  return hints.flatMap((hint) => resolveHint(hint, seats) ?? []);
}

function resolveHint(hint: Hint, seats: ReadonlyMap<string, readonly ReadSeat[]>): BusEvent | null {
  switch (hint[0]) {
    case 'm':
      return { type: 'message.stored', conversationId: hint[1], seq: hint[2] };
    case 'r':
      return resolveRead(hint, seats.get(hint[1]) ?? []);
    case 't':
      return {
        type: 'conversation.typed',
        recipients: holders(seats.get(hint[1])).filter((userId) => userId !== hint[2]),
        conversationId: hint[1],
        userId: hint[2],
      };
    case 'p':
      return {
        type: 'conversation.attended',
        recipients: holders(seats.get(hint[1])),
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
}

function holders(seats: readonly ReadSeat[] = []): string[] {
  return seats.map(({ userId }) => userId);
}

/** Nobody has read further than the database says: whoever reaches the bus could claim it, and what was read later would not be told. */
function resolveRead(
  [, conversationId, userId, told]: Extract<Hint, readonly ['r', ...unknown[]]>,
  seats: readonly ReadSeat[],
): BusEvent | null {
  const seq = Math.min(told, seats.find((seat) => seat.userId === userId)?.readSeq ?? 0);
  if (seq === 0) return null;
  return { type: 'conversation.read', recipients: holders(seats), conversationId, userId, seq };
}
