import { setTimeout as sleep } from 'node:timers/promises';
import type { Push } from './deliver.ts';
import {
  createGap,
  createPositions,
  dropGap,
  extendGap,
  fillSome,
  type FillOptions,
  type Gap,
} from './gaps.ts';

type SentEvent = Extract<Push, { type: 'message.sent' }>;

/** Between the bus and the sockets: whatever comes, and in whatever order, each log is pushed from its one end to the other. */
export interface Sequencer {
  /** This node has committed it. Pushed at once where nothing is missing before it. */
  own(event: SentEvent): void;
  /**
   * The log reaches up to `seq`, by another node's word or the database's; `unheard` when no node has told. False when there is no room
   * for it to wait in, and nothing was noted: it has to be said again.
   */
  advance(conversationId: string, seq: number, unheard?: boolean): boolean;
  /** Whether this node knows of messages up to `seq`. */
  knows(conversationId: string, seq: number): boolean;
  /** Null when the message was pushed or is nobody's; else resolves to true when it was, to false when that takes more than 4 s or there is no room. */
  held(conversationId: string, seq: number): Promise<boolean> | null;
  /** The database was looked through, and all that was found was taken: what is older and unknown was pushed long ago. */
  caughtUp(): void;
  close(): Promise<void>;
}

export interface SequencerOptions extends FillOptions {
  /** Conversations that may wait for the database; those beyond are found when it is looked through, once there is room. */
  readonly maxGaps?: number;
  /** Milliseconds that an answer waits for its place in the log: less than senders are promised an answer in. */
  readonly holdPatience?: number;
}

export function createSequencer(options: SequencerOptions): Sequencer {
  const { log, isConnected, push, maxGaps = 10_000, holdPatience = 4_000 } = options;
  const positions = createPositions();
  const { pushed, gaps } = positions;
  let running: Promise<void> | null = null;
  let closed = false;

  /** `recipients` where this node has committed the message. False when there is no room. */
  function open(
    conversationId: string,
    seq: number,
    recipients: Gap['recipients'],
    unheard = false,
  ): boolean {
    const gap = gaps.get(conversationId) ?? createGap(conversationId, seq, positions.lookedAt);
    if (closed || (gaps.size >= maxGaps && !gaps.has(conversationId))) return false;
    gaps.set(conversationId, gap);
    extendGap(gap, seq, recipients);
    gap.unheard ||= unheard;
    running ??= Promise.resolve().then(fill);
    return true;
  }

  async function fill(): Promise<void> {
    for (let failures = 0; gaps.size > 0 && !closed;) {
      try {
        await fillSome(options, positions);
        failures = 0;
      } catch (error) {
        if (failures === 0) log.warn({ err: error }, 'messages that are missing here cannot be read');
        failures += 1;
        await sleep(Math.min(100 * 2 ** failures, 1_000));
      }
    }
    running = null;
  }

  function knows(conversationId: string, seq: number): boolean {
    return (gaps.get(conversationId)?.upto ?? pushed.get(conversationId) ?? 0) >= seq;
  }

  return {
    own(event) {
      const { conversation_id: conversationId, seq } = event.message;
      const known = pushed.get(conversationId) ?? (seq === 1 ? 0 : undefined);
      if (known !== undefined && seq <= known) return;
      const isNext = known === seq - 1 || !event.recipients.some(isConnected);
      if (isNext && !gaps.has(conversationId)) {
        push(event);
        pushed.set(conversationId, seq);
      } else open(conversationId, seq, event.recipients);
    },
    advance(conversationId, seq, unheard = false) {
      return knows(conversationId, seq) || open(conversationId, seq, null, unheard);
    },
    knows,
    held(conversationId, seq) {
      const known = pushed.get(conversationId);
      if (seq <= (known ?? 0)) return null;
      // An answer to what was sent again: whoever committed it did not live to tell.
      if (known !== undefined) open(conversationId, seq, null);
      const closing = gaps.get(conversationId)?.closed;
      // What found no room has no place to wait in.
      if (closing === undefined) return gaps.size >= maxGaps ? Promise.resolve(false) : null;
      return isInTime(closing, holdPatience);
    },
    caughtUp() {
      positions.lookedAt = performance.now();
    },
    async close() {
      closed = true;
      for (const gap of [...gaps.values()]) dropGap(positions, gap);
      await running;
    },
  };
}

/** Whether it settles within so many milliseconds. */
function isInTime(closing: Promise<void>, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), patience);
    void closing.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
