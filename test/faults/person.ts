import type { ServerFrame } from '@parley/protocol';
import { toEntry, type Ledger, type Send } from './ledger.ts';
import { openLine, type PersonLine } from './person-line.ts';
import { createOutbox } from './person-outbox.ts';
import { createSync } from './person-sync.ts';

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

/** Connects; resolves when it is first ready. */
export async function connectPerson(options: PersonOptions): Promise<Person> {
  const { userId, ledger, conversationIds } = options;
  const diary: Diary = { connections: 0, waits: [], problems: new Map(), closes: [] };
  const outbox = createOutbox(userId, ledger, () => line);
  const sync = createSync(options, () => line);
  let onReady: () => void = () => undefined;
  const firstReady = new Promise<void>((resolve) => (onReady = resolve));
  ledger.subscribe(userId, conversationIds);

  function take(frame: ServerFrame): void {
    switch (frame.op) {
      case 'sent': {
        const wait = outbox.acknowledge(frame.ref, frame.message);
        if (wait !== null) diary.waits.push(wait);
        return;
      }
      case 'message':
        ledger.pushed(userId, line.connection(), toEntry(frame.message));
        if (ledger.knownUpTo(userId, frame.message.conversationId) < frame.message.seq) sync.ask();
        return;
      case 'sync':
        return void sync.take(frame);
      case 'error':
        return refuse(frame);
      case 'ready':
      case 'ok':
      case 'pong':
      case 'read':
      case 'typing':
      case 'presence':
      case 'conversation':
        return;
    }
  }

  function refuse({ ref = '', problem: { status } }: Extract<ServerFrame, { op: 'error' }>): void {
    diary.problems.set(status, (diary.problems.get(status) ?? 0) + 1);
    if (ref === 'sync') sync.refuse(status);
    else if (status >= 500) outbox.retry(ref);
    else outbox.refuse(ref);
  }

  const line: PersonLine = openLine(options, {
    text: (text) => ledger.overheard(userId, text),
    ready() {
      diary.connections += 1;
      onReady();
      sync.ask();
      outbox.flush();
    },
    frame: take,
    lost(code) {
      if (code !== null) diary.closes.push(code);
      sync.lose();
      outbox.lose();
    },
  });
  await firstReady;
  return {
    userId,
    diary,
    send: (draft) => outbox.send({ ...draft, author: userId }),
    catchUp: () => sync.complete(),
    close: () => line.close(),
  };
}
