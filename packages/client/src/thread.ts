import type { Message, Problem } from '@parley/protocol';
import type { Changes } from './changes.ts';
import type { Connection } from './connection.ts';
import type { ConversationCache } from './conversation-cache.ts';
import type { Http } from './http.ts';
import { beginLog, emptyLog, hasGap, lastSeq, prepend, receive, replace, type Log } from './log.ts';
import { isPassing, problemOf } from './parley-error.ts';
import { retryDelay, type Runtime } from './runtime.ts';

export interface ThreadOptions {
  readonly runtime: Runtime;
  readonly http: Http;
  readonly changes: Changes;
  readonly cache: ConversationCache;
  readonly connection: Pick<Connection, 'epoch'>;
  /** Messages that the log shows now, or all that were acknowledged: they leave the outbox. */
  readonly settle: (messages: readonly Message[] | 'acknowledged', conversationId: string) => void;
  readonly syncSoon: () => void;
}

/** Messages in a page. */
const pageSize = 50;

/** One conversation's log in this client: loaded when somebody looks, and kept current from then on. */
export class Thread {
  readonly id: string;
  /** It may have missed something: the next sync asks for it. */
  wantsSync = false;
  readonly #options: ThreadOptions;
  #log = emptyLog;
  #loaded = false;
  #problem: Problem | null = null;
  #loading: Promise<void> | null = null;
  #loadingEarlier = false;

  constructor(id: string, options: ThreadOptions) {
    this.id = id;
    this.#options = options;
  }

  get log(): Log {
    return this.#log;
  }

  get isLoaded(): boolean {
    return this.#loaded;
  }

  get isLoadingEarlier(): boolean {
    return this.#loadingEarlier;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  /** Whether it is loaded and something is, or may be, missing. */
  get lacks(): boolean {
    return this.#loaded && (this.wantsSync || hasGap(this.#log));
  }

  /** Loads conversation and newest page, unless that has been done. */
  load(): Promise<void> {
    return this.#loaded ? Promise.resolve() : this.reload();
  }

  /** The same, done or not: what is known has lost its place. */
  reload(): Promise<void> {
    this.#loading ??= this.#fetchSnapshot().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async loadEarlier(): Promise<void> {
    const first = this.#log.messages[0]?.seq ?? 1;
    if (!this.#loaded || this.#loadingEarlier || first <= 1) return;
    const { changes, http } = this.#options;
    changes.run(() => (this.#loadingEarlier = true));
    try {
      const query = { before: first, limit: pageSize };
      const page = await http.call('listMessages', { params: { id: this.id }, query });
      changes.run(() => {
        this.#log = prepend(this.#log, page.items);
        this.#problem = null;
      });
    } catch (error) {
      changes.run(() => (this.#problem = problemOf(error)));
    } finally {
      changes.run(() => (this.#loadingEarlier = false));
    }
  }

  /** Takes in what was pushed, or missed. */
  receive(messages: readonly Message[]): void {
    const { changes, settle } = this.#options;
    if (!this.#loaded && this.#loading === null) {
      settle(messages, this.id);
      return;
    }
    changes.run(() => {
      const early = this.#log.ahead;
      this.#log = receive(this.#log, messages);
      const shown = [...early, ...messages].filter(({ seq }) => seq <= lastSeq(this.#log));
      if (this.#loaded) settle(shown, this.id);
    });
  }

  /** Begins anew from these, the newest. */
  restart(messages: readonly Message[]): void {
    this.#options.changes.run(() => {
      this.#log = beginLog(messages, { messages: [], ahead: this.#log.ahead });
      this.#settleAll();
    });
  }

  /** One of its messages has changed. */
  replace(message: Message): void {
    this.#options.changes.run(() => (this.#log = replace(this.#log, message)));
  }

  /** Forgets what it knows; the next `load` begins anew. With a problem: it is not to be seen any more. */
  forget(problem: Problem | null): void {
    this.#options.changes.run(() => {
      this.#loaded = false;
      this.#log = emptyLog;
      this.#problem = problem;
      this.#options.settle('acknowledged', this.id);
    });
  }

  async #fetchSnapshot(): Promise<void> {
    const { cache, connection, changes, syncSoon } = this.#options;
    const askedAt = cache.stamp();
    const epoch = connection.epoch();
    try {
      const [conversation, page] = await this.#ask();
      changes.run(() => {
        cache.accept(conversation, askedAt);
        this.#log = beginLog(page.items, this.#log);
        this.#loaded = true;
        this.#problem = null;
        this.#settleAll();
      });
      this.wantsSync ||= epoch !== connection.epoch();
      if (this.lacks) syncSoon();
    } catch (error) {
      this.#fail(problemOf(error));
    }
  }

  #ask() {
    const { call } = this.#options.http;
    const params = { id: this.id };
    return Promise.all([
      call('getConversation', { params }),
      call('listMessages', { params, query: { limit: pageSize } }),
    ]);
  }

  /** What was not reached shows as still loading: the connection's state says the rest. */
  #fail(problem: Problem): void {
    const { runtime, changes, settle } = this.#options;
    if (isPassing(problem)) runtime.later(() => void this.load(), retryDelay);
    if (problem.status === 0) return;
    changes.run(() => {
      this.#problem = problem;
      settle('acknowledged', this.id);
    });
  }

  #settleAll(): void {
    const { settle } = this.#options;
    settle(this.#log.messages, this.id);
    if (!hasGap(this.#log)) settle('acknowledged', this.id);
  }
}
