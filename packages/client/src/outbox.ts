import type { Message, UploadedAttachment } from '@parley/protocol';
import type { Changes } from './changes.ts';
import { createCollection, type Collection } from './collection.ts';
import type { ClientStorage, OutboxItem } from './types.ts';

/** Sends that are not in the log yet, kept in storage, in the order in which they were written. */
export interface Outbox {
  all(): readonly OutboxItem[];
  of(conversationId: string): readonly OutboxItem[];
  get(clientId: string): OutboxItem | undefined;
  add(conversationId: string, draft: { text: string; attachments: UploadedAttachment[] }): OutboxItem;
  change(clientId: string, change: Partial<Pick<OutboxItem, 'state' | 'problem'>>): void;
  remove(clientId: string): void;
  /** The next to go of each conversation, of those that are this client's to send. Nothing is next behind one that is being sent. */
  next(): OutboxItem[];
  /** The service has it; it is not sent again, but shown until the log shows it. */
  acknowledge(clientId: string): void;
  /** Takes out what is in these messages, or all that was acknowledged. */
  settle(messages: readonly Message[] | 'acknowledged', conversationId: string, userId: string | null): void;
  /** From now on it is this person's; what was written before joins what is stored. */
  open(userId: string): void;
  /** Looks what other tabs have done. `adopt`: what they left is sent by this client too; twice sent is stored once. */
  reload(adopt: boolean): void;
}

interface Entry {
  item: OutboxItem;
  own: boolean;
  acknowledged: boolean;
}

export function createOutbox(changes: Changes, storage: ClientStorage, prefix: string): Outbox {
  const entries = new Map<string, Entry>();
  let stored: Collection<OutboxItem> | null = null;

  const items = () => [...entries.values()].map(({ item }) => item);
  const put = (entry: Entry) =>
    changes.run(() => {
      entries.set(entry.item.clientId, entry);
      stored?.put(entry.item.clientId, entry.item);
    });
  const remove = (clientId: string) =>
    changes.run(() => {
      entries.delete(clientId);
      stored?.remove(clientId);
    });

  function reload(adopt: boolean): void {
    if (stored === null) return;
    const known = stored;
    changes.run(() => {
      for (const clientId of entries.keys()) if (!known.has(clientId)) entries.delete(clientId);
      for (const [clientId, item] of known.all()) takeIn(entries, clientId, item, adopt);
    });
  }

  return {
    all: items,
    of: (conversationId) => items().filter((item) => item.conversationId === conversationId),
    get: (clientId) => entries.get(clientId)?.item,
    add(conversationId, { text, attachments }) {
      const item: OutboxItem = {
        clientId: newClientId(),
        conversationId,
        text,
        attachments,
        createdAt: new Date().toISOString(),
        state: 'waiting',
        problem: null,
      };
      put({ item, own: true, acknowledged: false });
      return item;
    },
    change(clientId, change) {
      const entry = entries.get(clientId);
      if (entry) put({ ...entry, own: true, item: { ...entry.item, ...change } });
    },
    remove,
    next() {
      const heads = new Map<string, Entry>();
      for (const entry of entries.values())
        if (isToSend(entry) && !heads.has(entry.item.conversationId))
          heads.set(entry.item.conversationId, entry);
      return [...heads.values()].map(({ item }) => item).filter((item) => item.state === 'waiting');
    },
    acknowledge(clientId) {
      const entry = entries.get(clientId);
      if (entry) entry.acknowledged = true;
    },
    settle(messages, conversationId, userId) {
      if (entries.size === 0) return;
      if (messages !== 'acknowledged') {
        for (const { clientId, author } of messages)
          if (clientId !== null && author.userId === userId && entries.has(clientId)) remove(clientId);
        return;
      }
      for (const { item, acknowledged } of [...entries.values()])
        if (acknowledged && item.conversationId === conversationId) remove(item.clientId);
    },
    open(userId) {
      stored = createCollection(storage, `${prefix}${userId}:outbox`, isOutboxItem);
      const early = [...entries.values()];
      entries.clear();
      reload(true);
      for (const entry of early) put(entry);
    },
    reload,
  };
}

const isToSend = ({ item, own, acknowledged }: Entry): boolean =>
  own && !acknowledged && item.state !== 'failed';

/** What another tab, or this one before a reload, left in storage. What this client is sending stays as it is. */
function takeIn(entries: Map<string, Entry>, clientId: string, item: OutboxItem, adopt: boolean): void {
  const known = entries.get(clientId);
  if (known?.own === true) {
    // Another tab was told that it failed, or to try once more.
    if (known.item.state !== 'sending' && item.state !== 'sending') known.item = keep(known.item, item);
    return;
  }
  const shown: OutboxItem = item.state === 'sending' && adopt ? { ...item, state: 'waiting' } : item;
  entries.set(clientId, { item: known ? keep(known.item, shown) : shown, own: adopt, acknowledged: false });
}

const keep = (before: OutboxItem, after: OutboxItem): OutboxItem =>
  before.state === after.state ? before : after;

function isOutboxItem(value: unknown): value is OutboxItem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'clientId' in value &&
    'conversationId' in value &&
    'text' in value &&
    'state' in value &&
    'attachments' in value &&
    Array.isArray(value.attachments)
  );
}

/** A name for one send. Not `crypto.randomUUID`: pages without TLS lack it. */
export function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
