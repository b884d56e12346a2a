import type { Conversation, InboxPage, SyncAnswer } from '@parley/protocol';
import type { Changes } from './changes.ts';
import type { Connection } from './connection.ts';
import { hasGap, lastSeq } from './log.ts';
import { notReached } from './parley-error.ts';
import type { Refetch } from './refetch.ts';
import type { Thread } from './thread.ts';

/** Fetches what this client has missed. */
export interface Sync {
  /** After a new connection: of everything that is loaded. Rejects where that cannot be had. */
  all(): Promise<void>;
  /** After a gap: of what lacks something. What cannot be had ends the connection, and the next one begins anew. */
  soon(): void;
}

export interface SyncOptions {
  readonly changes: Changes;
  readonly connection: Connection;
  readonly threads: () => readonly Thread[];
  readonly position: () => Position;
  /**
   * The first page of the inbox, and conversations that are not on it, as they were after `asked`; `first` when a new connection
   * brought them.
   */
  readonly onInbox: (page: InboxPage, besides: Conversation[], asked: Position, first: boolean) => void;
  readonly refetch: Refetch;
}

/** What is known at one moment: an answer that was asked for then may be older than what is known by now. */
export interface Position {
  /** Of the conversations; see `ConversationCache.stamp`. */
  readonly stamp: number;
  /** How often the totals have moved; see `Unread.moves`. */
  readonly moves: number;
}

export function createSync(options: SyncOptions): Sync {
  const { changes, connection, threads, refetch } = options;
  let running: Promise<void> | null = null;

  const lacking = () => threads().filter((thread) => thread.lacks);

  async function round(open: readonly Thread[], first: boolean): Promise<void> {
    const asked = options.position();
    const before = new Map(open.map((thread) => [thread, lastSeq(thread.log)]));
    for (const thread of open) thread.wantsSync = false;
    const conversations = Object.fromEntries([...before].map(([thread, seq]) => [thread.id, seq]));
    const answer = await connection.ask({ op: 'sync', conversations }, 'sync');
    changes.run(() => {
      takeIn(answer, open);
      const besides = answer.conversations.flatMap(({ conversation = [] }) => conversation);
      options.onInbox(answer.inbox, besides, asked, first);
    });
    for (const [thread, seq] of before)
      if (hasGap(thread.log) && lastSeq(thread.log) === seq) await beginAnew(thread);
  }

  function takeIn(answer: SyncAnswer, open: readonly Thread[]): void {
    const missed = new Map(answer.conversations.map((each) => [each.id, each]));
    for (const thread of open) {
      const { messages = [], more = false, reset = false } = missed.get(thread.id) ?? {};
      if (!missed.has(thread.id)) refetch(thread.id);
      if (reset) thread.restart(messages);
      else thread.receive(messages);
      thread.wantsSync = more && !reset;
    }
  }

  async function run(first: boolean): Promise<void> {
    if (first) await round(lacking(), true);
    for (let open = lacking(); open.length > 0; open = lacking()) await round(open, false);
  }

  return {
    all() {
      for (const thread of threads()) thread.wantsSync = thread.isLoaded;
      const mine = run(true).finally(() => running === mine && (running = null));
      running = mine;
      return mine;
    },
    soon() {
      if (running !== null || !connection.isOnline()) return;
      const mine = run(false).finally(() => running === mine && (running = null));
      running = mine;
      mine.catch(() => connection.drop());
    },
  };
}

/** One way to recover: a lost position means a new snapshot. */
async function beginAnew(thread: Thread): Promise<void> {
  await thread.reload();
  if (hasGap(thread.log)) throw notReached();
}
