import type { MessageKind, SeatSide, Side } from '@parley/protocol';
import { kinds } from './kinds/index.ts';

/** A seat, as far as it matters to who is told. */
export interface ListeningSeat {
  readonly userId: string;
  readonly side: SeatSide;
  readonly muted: boolean;
}

/** Whether a seat's person should hear by email of a message, unless they read it first: the other side's people who did not mute. */
export function isNotified(
  seat: ListeningSeat,
  message: { kind: MessageKind; side: Side; author: string | null },
): boolean {
  if (!kinds[message.kind].notifies || seat.muted) return false;
  if (seat.userId === message.author || seat.side === 'moderator') return false;
  return seat.side !== message.side;
}
