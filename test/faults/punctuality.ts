import type { Ledger } from './ledger.ts';

/** How soon what was acknowledged was heard by those in the conversation. */
export interface Punctuality {
  /** Notes in the given ledger, and the times besides. */
  readonly ledger: Ledger;
  /** Who heard an acknowledged message later than so many milliseconds after, or not yet; a line each. */
  late(limit: number): string[];
  /** The longest that somebody's message took, of those that were heard, in milliseconds. */
  slowest(): number;
}

interface Sent {
  readonly conversationId: string;
  acknowledgedAt: number | null;
  readonly heardAt: Map<string, number>;
}

/** Takes the time of what a ledger hears, by a clock in milliseconds. What was sent before somebody was there counts from then. */
export function createPunctuality(judge: Ledger, now: () => number = () => performance.now()): Punctuality {
  const members = new Map<string, readonly string[]>();
  const thereSince = new Map<string, number>();
  const messages = new Map<string, Sent>();

  function hear(listener: string, key: string | null): void {
    const heardAt = messages.get(key ?? '')?.heardAt;
    if (heardAt?.has(listener) === false) heardAt.set(listener, now());
  }

  /** Each acknowledged message and member, with the milliseconds from one to the other; infinite where it was not heard. */
  function waits(): { listener: string; key: string; wait: number }[] {
    return [...messages].flatMap(([key, { conversationId, acknowledgedAt, heardAt }]) => {
      if (acknowledgedAt === null) return [];
      return (members.get(conversationId) ?? []).map((listener) => {
        const start = Math.max(acknowledgedAt, thereSince.get(listener) ?? 0);
        return { listener, key, wait: (heardAt.get(listener) ?? Number.POSITIVE_INFINITY) - start };
      });
    });
  }

  const ledger: Ledger = {
    ...judge,
    open(conversationId, people) {
      members.set(conversationId, people);
      judge.open(conversationId, people);
    },
    sending(send) {
      const { conversationId, key } = send;
      messages.set(key, { conversationId, acknowledgedAt: null, heardAt: new Map() });
      judge.sending(send);
    },
    acknowledged(key, seq) {
      const message = messages.get(key);
      if (message !== undefined) message.acknowledgedAt ??= now();
      judge.acknowledged(key, seq);
    },
    subscribe(listener, ids) {
      thereSince.set(listener, now());
      judge.subscribe(listener, ids);
    },
    heard(listener, entry) {
      hear(listener, entry.key);
      judge.heard(listener, entry);
    },
    pushed(listener, connection, entry) {
      hear(listener, entry.key);
      judge.pushed(listener, connection, entry);
    },
  };
  return {
    ledger,
    late: (limit) =>
      waits()
        .filter(({ wait }) => wait > limit)
        .map(({ listener, key, wait }) => `${listener} heard ${key} after ${Math.round(wait)} ms`),
    slowest: () => waits().reduce((most, { wait }) => (wait < Infinity ? Math.max(most, wait) : most), 0),
  };
}
