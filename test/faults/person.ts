import type { Message, ServerFrame } from '@parley/protocol';
import { WebSocket, type RawData } from 'ws';
import { readServerFrame } from '../../packages/server/test/support/shapes.ts';
import { call } from './api.ts';
import type { Ledger, LogEntry, Send } from './ledger.ts';

export interface PersonOptions {
  readonly userId: string;
  readonly token: string;
  /** Where to connect: the next one each time that a connection failed. */
  readonly urls: readonly string[];
  readonly conversationIds: readonly string[];
  readonly ledger: Ledger;
}

/** Somebody with a socket, who connects again, syncs, and sends again what was not answered. */
export interface Person {
  readonly userId: string;
  /** Sends, and resolves when the outcome is known for good: acknowledged, or refused. */
  send(send: Omit<Send, 'author'>): Promise<void>;
  /** Asks for what is missing until nothing is. */
  catchUp(): Promise<void>;
  close(): void;
  readonly diary: Diary;
}

/** What one person lived through. */
export interface Diary {
  connections: number;
  /** Milliseconds from a first `send` to its acknowledgement, whatever was between. */
  readonly waits: number[];
  /** Answers other than acknowledgements, by status. */
  readonly problems: Map<number, number>;
  /** Codes with which connections were closed from the other side. */
  readonly closes: number[];
}

interface Waiting {
  readonly send: Send;
  readonly since: number;
  readonly done: () => void;
  timer: NodeJS.Timeout | undefined;
  tries: number;
}

/** Milliseconds without an answer after which a connection counts as dead. */
const answerTime = 5_000;
const retryTime = 300;

let connectionCount = 0;

/** Connects; resolves when it is first ready. */
export async function connectPerson(options: PersonOptions): Promise<Person> {
  const { userId, ledger, conversationIds } = options;
  const outbox = new Map<string, Waiting>();
  const diary: Diary = { connections: 0, waits: [], problems: new Map(), closes: [] };
  const ends = new Set<() => void>();
  let socket: WebSocket | null = null;
  let connection = 0;
  let ready = false;
  let closed = false;
  let turn = 0;
  let syncing = false;
  let onReady: () => void = () => undefined;
  const firstReady = new Promise<void>((resolve) => (onReady = resolve));
  ledger.subscribe(userId, conversationIds);

  function open(): void {
    if (closed) return;
    const url = options.urls[turn % options.urls.length] ?? '';
    const fresh = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime`, { handshakeTimeout: 3_000 });
    socket = fresh;
    connection = connectionCount += 1;
    const readyTimer = setTimeout(() => fresh.terminate(), answerTime);
    fresh.on('open', () => fresh.send(JSON.stringify({ op: 'auth', ref: 'auth', token: options.token })));
    fresh.on('message', (data) => receive(toText(data), readyTimer));
    fresh.on('error', () => undefined);
    fresh.on('close', (code) => {
      clearTimeout(readyTimer);
      if (!closed && ready) diary.closes.push(code);
      lose();
    });
  }

  function lose(): void {
    ready = false;
    syncing = false;
    turn += 1;
    for (const waiting of outbox.values()) {
      if (waiting.timer !== undefined) ledger.doubted();
      clearTimeout(waiting.timer);
      waiting.timer = undefined;
    }
    if (!closed) setTimeout(open, 50 + Math.random() * 100);
  }

  function receive(text: string, readyTimer: NodeJS.Timeout): void {
    ledger.overheard(userId, text);
    const frame = readServerFrame(text);
    switch (frame.op) {
      case 'ready':
        clearTimeout(readyTimer);
        ready = true;
        diary.connections += 1;
        onReady();
        sync();
        for (const waiting of outbox.values()) transmit(waiting);
        return;
      case 'sent':
        return acknowledge(frame.ref, frame.message);
      case 'message':
        ledger.pushed(userId, connection, toEntry(frame.message));
        if (ledger.knownUpTo(userId, frame.message.conversationId) < frame.message.seq) sync();
        return;
      case 'sync':
        return void takeSync(frame);
      case 'error':
        return refuse(frame);
      case 'ok':
      case 'pong':
      case 'read':
      case 'typing':
      case 'presence':
      case 'conversation':
        return;
    }
  }

  function transmit(waiting: Waiting): void {
    if (!ready || socket === null || waiting.timer !== undefined) return;
    const { conversationId, key, text } = waiting.send;
    const sender = socket;
    waiting.tries += 1;
    waiting.timer = setTimeout(() => sender.terminate(), answerTime);
    sender.send(JSON.stringify({ op: 'send', ref: key, conversationId, clientId: key, text }));
  }

  function settle(ref: string): Waiting | undefined {
    const waiting = outbox.get(ref);
    clearTimeout(waiting?.timer);
    outbox.delete(ref);
    return waiting;
  }

  function acknowledge(ref: string, message: Message): void {
    const waiting = settle(ref);
    // What was sent again may have been stored long ago: its answer is no news in the log's order.
    if (waiting?.tries === 1) ledger.pushed(userId, connection, toEntry(message));
    else ledger.heard(userId, toEntry(message));
    if (waiting === undefined) return;
    ledger.acknowledged(ref, message.seq);
    diary.waits.push(performance.now() - waiting.since);
    waiting.done();
  }

  function refuse({ ref = '', problem }: Extract<ServerFrame, { op: 'error' }>): void {
    if (ref === 'sync') syncing = false;
    diary.problems.set(problem.status, (diary.problems.get(problem.status) ?? 0) + 1);
    if (problem.status >= 500) return retry(ref);
    const waiting = settle(ref);
    if (waiting === undefined) return;
    ledger.refused(ref);
    waiting.done();
  }

  /** The answer promised nothing: the message may be stored or not, so the same key goes out again. */
  function retry(ref: string): void {
    if (ref === 'sync') return void setTimeout(sync, retryTime);
    const waiting = outbox.get(ref);
    if (waiting === undefined) return;
    ledger.doubted();
    clearTimeout(waiting.timer);
    waiting.timer = undefined;
    setTimeout(() => outbox.has(ref) && transmit(waiting), retryTime);
  }

  function sync(): void {
    if (!ready || syncing || conversationIds.length === 0) return;
    syncing = true;
    const positions = conversationIds.map((id) => [id, ledger.knownUpTo(userId, id)] as const);
    socket?.send(JSON.stringify({ op: 'sync', ref: 'sync', conversations: Object.fromEntries(positions) }));
  }

  async function takeSync(frame: Extract<ServerFrame, { op: 'sync' }>): Promise<void> {
    let again = false;
    for (const one of frame.conversations) {
      if (one.reset === true) await fill(one.id).catch(() => (again = true));
      for (const message of one.messages) ledger.heard(userId, toEntry(message));
      again ||= one.more && one.reset !== true;
    }
    syncing = false;
    if (again) sync();
    else for (const end of ends) end();
  }

  /** Past 1,000 missed messages `sync` answers the newest page alone; a reader of everything reads the rest by pages. */
  async function fill(id: string): Promise<void> {
    const url = options.urls[(turn + options.urls.length) % options.urls.length] ?? '';
    for (;;) {
      const query = { after: String(ledger.knownUpTo(userId, id)), limit: '100' };
      const { items } = await call(url, 'listMessages', { params: { id }, query, as: options.token });
      for (const message of items) ledger.heard(userId, toEntry(message));
      if (items.length < 100) return;
    }
  }

  open();
  await firstReady;
  return {
    userId,
    diary,
    send(draft) {
      const send = { ...draft, author: userId };
      ledger.sending(send);
      return new Promise((done) => {
        const waiting: Waiting = { send, since: performance.now(), done, timer: undefined, tries: 0 };
        outbox.set(send.key, waiting);
        transmit(waiting);
      });
    },
    catchUp: () =>
      new Promise((resolve) => {
        if (conversationIds.length === 0) return resolve();
        const end = () => {
          ends.delete(end);
          resolve();
        };
        // The answer to a sync that is under way may be older than the question.
        const wait = () => {
          if (syncing || !ready) return void setTimeout(wait, 20);
          ends.add(end);
          sync();
        };
        wait();
      }),
    close() {
      closed = true;
      socket?.terminate();
    },
  };
}

export function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString();
}

function toEntry(message: Message): LogEntry {
  const { conversationId, seq, author, clientId, text } = message;
  return { conversationId, seq, author: author.userId, key: clientId, text };
}
