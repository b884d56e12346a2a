import type { Conversation, InboxFilter, InboxPage, Problem } from '@parley/protocol';
import type { Changes, WatchedStore } from './changes.ts';
import type { Connection } from './connection.ts';
import type { ConversationCache } from './conversation-cache.ts';
import { activityKey, compareActivity, isListed } from './head.ts';
import type { Http } from './http.ts';
import { isPassing, problemOf } from './parley-error.ts';
import type { Refetch } from './refetch.ts';
import { retryDelay, type Runtime } from './runtime.ts';
import { keepList, keepRecord } from './same.ts';
import type { Position } from './sync.ts';
import type { InboxSnapshot, InboxStore } from './types.ts';

export interface InboxOptions {
  readonly runtime: Runtime;
  readonly http: Http;
  readonly changes: Changes;
  readonly cache: ConversationCache;
  readonly connection: Pick<Connection, 'epoch'>;
  readonly refetch: Refetch;
  readonly position: () => Position;
  /** An answer's conversations and totals, asked for at that position. */
  readonly takePage: (page: InboxPage, asked: Position) => void;
}

const pageSize = 50;
const mostInPage = 100;

/** A first page that came by another way. */
export interface FirstPage {
  readonly page: InboxPage;
  readonly asked: Position;
}

/** The pages that were loaded. */
interface Loaded {
  /** In any of the pages. */
  readonly ids: ReadonlySet<string>;
  /** The activity down to which everything is known; '' for all. */
  readonly down: string;
  readonly cursor: string | null;
}

/** A list of conversations: a view of those that are known, as far down as pages were loaded. */
export class Inbox implements InboxStore {
  readonly filter: InboxFilter;
  readonly q: string;
  readonly #options: InboxOptions;
  readonly #store: WatchedStore<InboxSnapshot>;
  #loaded: Loaded | null = null;
  #outdated = true;
  #loading: Promise<void> | null = null;
  #loadingMore = false;
  #problem: Problem | null = null;
  #items: readonly Conversation[] = [];
  /** The stamp at which `#items` was made. */
  #madeAt = -1;

  constructor({ filter, q }: { filter: InboxFilter; q: string }, options: InboxOptions) {
    this.filter = filter;
    this.q = q;
    this.#options = options;
    this.#store = options.changes.store(
      (previous) => this.#derive(previous),
      () => void (this.#outdated && this.refresh()),
    );
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  getSnapshot(): InboxSnapshot {
    return this.#store.getSnapshot();
  }

  get isWatched(): boolean {
    return this.#store.watched();
  }

  refresh(): Promise<void> {
    return this.#load(null);
  }

  /** A new connection stands: its first page, where the connection brought it. What nobody looks at is loaded when somebody does. */
  restart(first: FirstPage | null): void {
    this.#outdated = true;
    const wanted = this.#loaded?.ids.size ?? 0;
    const isEnough = first !== null && (first.page.nextCursor === null || wanted <= first.page.items.length);
    if (isEnough || this.isWatched) void this.#load(first);
  }

  async loadMore(): Promise<void> {
    const from = this.#loaded;
    if (from?.cursor == null || this.#loadingMore) return;
    const { changes, position, takePage } = this.#options;
    changes.run(() => (this.#loadingMore = true));
    try {
      const asked = position();
      const page = await this.#ask(from.cursor, pageSize);
      changes.run(() => {
        takePage(page, asked);
        if (this.#loaded === from) this.#show(withPage(from, page));
      });
    } catch (error) {
      changes.run(() => (this.#problem = problemOf(error)));
    } finally {
      changes.run(() => (this.#loadingMore = false));
    }
  }

  #load(first: FirstPage | null): Promise<void> {
    if (this.#loading !== null && first === null) return this.#loading;
    this.#outdated = true;
    const mine = this.#fetchPages(first)
      .catch((error: unknown) => this.#fail(problemOf(error)))
      .finally(() => this.#loading === mine && (this.#loading = null))
      .then(() => undefined);
    this.#loading = mine;
    return mine;
  }

  /** As many pages as were loaded before: their rest may have changed as well. */
  async #fetchPages(first: FirstPage | null): Promise<void> {
    const { changes, position, takePage, connection } = this.#options;
    const epoch = connection.epoch();
    const start = first?.asked ?? position();
    const wanted = Math.max(pageSize, this.#loaded?.ids.size ?? 0);
    let all = first === null ? nothing : withPage(nothing, first.page);
    while (all === nothing || (all.cursor !== null && all.ids.size < wanted)) {
      const asked = position();
      const page = await this.#ask(all.cursor, Math.min(wanted - all.ids.size, mostInPage));
      changes.run(() => takePage(page, asked));
      all = withPage(all, page);
    }
    if (epoch === connection.epoch()) this.#finish(all, start);
    else await this.#fetchPages(null);
  }

  /** What was listed and is not any more has changed unseen. */
  #finish(all: Loaded, asked: Position): void {
    const { changes, cache, refetch } = this.#options;
    const before = this.#list();
    changes.run(() => this.#show(all));
    this.#outdated = false;
    for (const { id } of before) if (!all.ids.has(id) && cache.stampOf(id) <= asked.stamp) refetch(id);
  }

  #fail(problem: Problem): void {
    const { runtime, changes } = this.#options;
    const again = () => void (this.#outdated && this.isWatched && this.refresh());
    if (isPassing(problem)) runtime.later(again, retryDelay);
    if (problem.status !== 0) changes.run(() => (this.#problem = problem));
  }

  #ask(cursor: string | null, limit: number): Promise<InboxPage> {
    const { filter, q } = this;
    const sought = { ...(filter !== 'all' && { filter }), ...(q !== '' && { q }) };
    return this.#options.http.call('listInbox', {
      query: { limit, ...sought, ...(cursor !== null && { cursor }) },
    });
  }

  #show(loaded: Loaded): void {
    this.#loaded = loaded;
    this.#problem = null;
    this.#madeAt = -1;
  }

  #derive(previous: InboxSnapshot | undefined): InboxSnapshot {
    return keepRecord(previous, {
      status: this.#loaded !== null ? 'ready' : this.#problem !== null ? 'error' : 'loading',
      items: this.#list(),
      hasMore: this.#loaded?.cursor != null,
      loadingMore: this.#loadingMore,
      problem: this.#problem,
    });
  }

  #list(): readonly Conversation[] {
    const { cache } = this.#options;
    if (this.#loaded === null || this.#madeAt === cache.stamp()) return this.#items;
    const { ids, down } = this.#loaded;
    const isIn = (each: Conversation) => ids.has(each.id) || (this.q === '' && activityKey(each) >= down);
    const listed = cache.all().filter((each) => isListed(each, this.filter, this.q) && isIn(each));
    this.#madeAt = cache.stamp();
    this.#items = keepList(this.#items, listed.sort(compareActivity));
    return this.#items;
  }
}

const nothing: Loaded = { ids: new Set(), down: '', cursor: null };

function withPage(before: Loaded, { items, nextCursor }: InboxPage): Loaded {
  const last = items.at(-1);
  return {
    ids: new Set([...before.ids, ...items.map(({ id }) => id)]),
    down: nextCursor === null || last === undefined ? '' : activityKey(last),
    cursor: nextCursor,
  };
}
