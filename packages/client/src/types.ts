import type {
  Answer,
  Body,
  Contact,
  Conversation,
  InboxFilter,
  Me,
  Message,
  Params,
  Problem,
  Query,
  RouteName,
  UnreadTotals,
  UploadedAttachment,
} from '@parley/protocol';

/** A value that changes over time; made for React's `useSyncExternalStore`. A snapshot is immutable: same reference, same content. */
export interface Store<T> {
  /** Calls `listener` after each change; the returned function ends that. */
  subscribe(listener: () => void): () => void;
  getSnapshot(): T;
}

/** Where outbox and drafts are kept; `localStorage` fits, and any object with these three. Keys are the client's own. */
export interface ClientStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface ClientOptions {
  /** The service's address, such as `https://chat.shop.example`. */
  url: string;
  /** Answers a fresh user token; called at start, and again before the last one expires or when it is refused. */
  getToken: () => Promise<string>;
  /** Default: `localStorage` where there is one, else memory. */
  storage?: ClientStorage;
  /** Default: the global ones (Node 20 has no WebSocket: there `ws`). */
  fetch?: typeof fetch;
  webSocket?: (url: string) => WebSocket;
  /** Timers and chance, so that tests decide about time. */
  setTimeout?: (run: () => void, ms: number) => unknown;
  clearTimeout?: (timer: unknown) => void;
  random?: () => number;
}

export interface ConnectionState {
  /** `connecting` at first, `online` while authenticated and in sync, `offline` while retrying, `refused` when the token is not taken. */
  status: 'connecting' | 'online' | 'offline' | 'refused';
  userId: string | null;
  /** Milliseconds until the next try, while offline. */
  retryIn: number | null;
}

/** A send that is not in the log yet. It survives a reload. */
export interface OutboxItem {
  clientId: string;
  conversationId: string;
  text: string;
  attachments: UploadedAttachment[];
  createdAt: string;
  /** `waiting` for the connection, `sending`, or `failed` with the reason: then the person decides (retry, discard). */
  state: 'waiting' | 'sending' | 'failed';
  problem: Problem | null;
}

/** What of a conversation is in this browser alone. `failed` is the first such send, `waiting` the last. */
export interface LocalState {
  failed: OutboxItem | null;
  waiting: OutboxItem | null;
  draft: string;
}

export interface InboxSnapshot {
  status: 'loading' | 'ready' | 'error';
  items: readonly Conversation[];
  hasMore: boolean;
  loadingMore: boolean;
  problem: Problem | null;
}

export interface InboxStore extends Store<InboxSnapshot> {
  loadMore(): Promise<void>;
  refresh(): Promise<void>;
}

export interface ConversationSnapshot {
  status: 'loading' | 'ready' | 'error';
  conversation: Conversation | null;
  /** Contiguous, ascending `seq`, edits and redactions already applied to their targets (their own entries stay in it). */
  messages: readonly Message[];
  outbox: readonly OutboxItem[];
  hasEarlier: boolean;
  loadingEarlier: boolean;
  /** User ids of the others who are typing now. */
  typing: readonly string[];
  /** User ids of the others who have the conversation before them now. */
  present: readonly string[];
  problem: Problem | null;
}

export interface ConversationStore extends Store<ConversationSnapshot> {
  loadEarlier(): Promise<void>;
  /** Puts a message into the outbox and sends it when it can be; never throws for being offline. Returns its clientId. */
  send(draft: { text: string; attachments?: UploadedAttachment[] }): string;
  retry(clientId: string): void;
  discard(clientId: string): void;
  edit(seq: number, text: string): Promise<void>;
  redact(seq: number): Promise<void>;
  /** Everything up to `seq` (default: the last) is read; at once in this client, then at the server. */
  markRead(seq?: number): void;
  /** Says that this person is typing; at most one frame in 3 s, so call it at every key. */
  setTyping(): void;
  /** Says that this person has the conversation before them, and again until it is taken back. */
  setPresent(here: boolean): void;
  setSeat(change: { muted?: boolean; archived?: boolean }): Promise<void>;
  readonly draft: { get(): string; set(text: string): void };
}

/** What `call` takes for one endpoint: only the parts that the endpoint has. */
export type CallInput<N extends RouteName> = (Params<N> extends undefined ? object : { params: Params<N> }) &
  (Query<N> extends undefined ? object : { query?: Query<N> }) &
  (Body<N> extends undefined ? object : { body: Body<N> });

export interface ParleyClient {
  readonly connection: Store<ConnectionState>;
  readonly me: Store<Me | null>;
  readonly unread: Store<UnreadTotals>;
  /** Conversations that have something in the outbox or a draft: their last line says so in a list. */
  readonly local: Store<ReadonlyMap<string, LocalState>>;
  /** The same query gives the same store. */
  inbox(query?: { filter?: InboxFilter; q?: string }): InboxStore;
  conversation(id: string): ConversationStore;
  openConversation(input: {
    listingId?: string;
    orderId?: string;
    text: string;
    clientId?: string;
  }): Promise<Answer<'openConversation'>>;
  getContact(listingId: string): Promise<Contact>;
  upload(
    file: Blob,
    options: { name: string; onProgress?: (sent: number, total: number) => void; signal?: AbortSignal },
  ): Promise<UploadedAttachment>;
  /** Any other endpoint by name, such as `call('listAudit', { query: {} })`. Rejects with `ParleyError`, as all of these do. */
  call<N extends RouteName>(name: N, input: CallInput<N>): Promise<Answer<N>>;
  /** Ends connection and timers; what waits in the outbox stays in storage. */
  close(): void;
}
