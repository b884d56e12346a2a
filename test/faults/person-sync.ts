import type { ServerFrame } from '@parley/protocol';
import { call } from './api.ts';
import { toEntry, type Ledger } from './ledger.ts';
import type { PersonLine } from './person-line.ts';
import { retryTime } from './person-outbox.ts';

/** How one person asks for what they missed. */
export interface PersonSync {
  /** Asks, unless an answer is on its way. */
  ask(): void;
  take(frame: Extract<ServerFrame, { op: 'sync' }>): Promise<void>;
  /** Asks again after a fault of the service's, and only then. */
  refuse(status: number): void;
  /** The connection has gone, and the answer with it. */
  lose(): void;
  /** Resolves once an answer to a question of now on has said that nothing is missing. */
  complete(): Promise<void>;
}

export interface SyncOptions {
  readonly userId: string;
  readonly token: string;
  readonly conversationIds: readonly string[];
  readonly ledger: Ledger;
}

/** Asks for these conversations, from where the ledger knows them without a hole. */
export function createSync(options: SyncOptions, line: () => PersonLine): PersonSync {
  const { userId, conversationIds, ledger } = options;
  const ends = new Set<() => void>();
  let syncing = false;

  function ask(): void {
    if (!line().isReady() || syncing || conversationIds.length === 0) return;
    syncing = true;
    const positions = conversationIds.map((id) => [id, ledger.knownUpTo(userId, id)] as const);
    line().say({ op: 'sync', ref: 'sync', conversations: Object.fromEntries(positions) });
  }

  return {
    ask,
    async take(frame) {
      let again = false;
      for (const one of frame.conversations) {
        if (one.reset === true) await fill(options, line().url(), one.id).catch(() => (again = true));
        for (const message of one.messages) ledger.heard(userId, toEntry(message));
        again ||= one.more && one.reset !== true;
      }
      syncing = false;
      if (again) ask();
      else for (const end of ends) end();
    },
    refuse(status) {
      syncing = false;
      if (status >= 500) setTimeout(ask, retryTime);
    },
    lose() {
      syncing = false;
    },
    complete: () =>
      new Promise((resolve) => {
        if (conversationIds.length === 0) return resolve();
        const end = () => {
          ends.delete(end);
          resolve();
        };
        // The answer to a sync that is under way may be older than the question.
        const wait = () => {
          if (syncing || !line().isReady()) return void setTimeout(wait, 20);
          ends.add(end);
          ask();
        };
        wait();
      }),
  };
}

/** Past 1,000 missed messages `sync` answers the newest page alone; a reader of everything reads the rest by pages. */
async function fill({ userId, token, ledger }: SyncOptions, url: string, id: string): Promise<void> {
  for (;;) {
    const query = { after: String(ledger.knownUpTo(userId, id)), limit: '100' };
    const { items } = await call(url, 'listMessages', { params: { id }, query, as: token });
    for (const message of items) ledger.heard(userId, toEntry(message));
    if (items.length < 100) return;
  }
}
