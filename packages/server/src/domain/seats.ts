import type { MessageKind, Side } from '@parley/protocol';
import { kinds } from './kinds/index.ts';
import { isNotified, type ListeningSeat } from './notify.ts';

/** How a batch of messages moves one seat: what SQL adds to the row. */
export interface SeatChange {
  readonly conversationId: string;
  readonly userId: string;
  /** The unread count starts from 0 (the person wrote), and then grows by `unread`. */
  resets: boolean;
  unread: number;
  /** Null where the read position stays. */
  readSeq: number | null;
  needsReply: boolean | null;
  notify: 'keep' | 'due' | 'clear';
  /** New activity: to the top of the list, and out of the archive. */
  moves: boolean;
}

/** A change that changes nothing yet. */
export function unchangedSeat(conversationId: string, userId: string): SeatChange {
  return {
    conversationId,
    userId,
    resets: false,
    unread: 0,
    readSeq: null,
    needsReply: null,
    notify: 'keep',
    moves: false,
  };
}

/** Adds one message to a seat's change. Sending reads what came before. */
export function moveSeat(
  change: SeatChange,
  seat: ListeningSeat,
  message: { kind: MessageKind; seq: number; side: Side; author: string | null },
): void {
  const kind = kinds[message.kind];
  if (kind.movesHead) change.moves = true;
  if (kind.asksForReply && seat.side !== 'moderator') change.needsReply = seat.side !== message.side;
  if (seat.userId === message.author) {
    Object.assign(change, { resets: true, unread: 0, readSeq: message.seq, notify: 'clear' });
  } else {
    if (kind.countsAsUnread) change.unread += 1;
    if (isNotified(seat, message)) change.notify = 'due';
  }
}
