import type { Changes, WatchedStore } from './changes.ts';
import type { Connection } from './connection.ts';
import type { ConversationCache } from './conversation-cache.ts';
import type { Drafts } from './drafts.ts';
import { countsAsUnread } from './head.ts';
import type { Http } from './http.ts';
import { lastSeq } from './log.ts';
import type { Outbox } from './outbox.ts';
import type { Presence } from './presence.ts';
import type { Reads } from './reads.ts';
import type { Refetch } from './refetch.ts';
import { keepList, keepRecord } from './same.ts';
import type { Thread } from './thread.ts';
import type { ConversationSnapshot, ConversationStore } from './types.ts';
import type { Typing } from './typing.ts';

/** What a conversation's store is made of. */
export interface ConversationParts {
  readonly changes: Changes;
  readonly http: Http;
  readonly cache: ConversationCache;
  readonly connection: Pick<Connection, 'isOnline' | 'tell'>;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly typing: Typing;
  readonly presence: Presence;
  readonly reads: Reads;
  readonly refetch: Refetch;
  readonly userId: () => string | null;
  /** There may be something to send. */
  readonly deliver: () => void;
}

export type ConversationView = ConversationStore & WatchedStore<ConversationSnapshot>;

export function createConversationStore(thread: Thread, parts: ConversationParts): ConversationView {
  const { http, cache, outbox, drafts, refetch } = parts;
  const { id } = thread;
  return {
    ...parts.changes.store(
      (previous) => derive(thread, parts, previous),
      () => void thread.load(),
    ),
    loadEarlier: () => thread.loadEarlier(),
    send({ text, attachments = [] }) {
      const { clientId } = outbox.add(id, { text, attachments });
      parts.deliver();
      return clientId;
    },
    retry(clientId) {
      if (outbox.get(clientId)?.state !== 'failed') return;
      outbox.change(clientId, { state: 'waiting', problem: null });
      parts.deliver();
    },
    discard: (clientId) => outbox.remove(clientId),
    edit: async (seq, text) =>
      thread.replace(await http.call('editMessage', { params: { id, seq }, body: { text } })),
    redact: async (seq) => thread.replace(await http.call('redactMessage', { params: { id, seq } })),
    markRead: (seq) => markRead(thread, parts, seq),
    setTyping() {
      if (parts.connection.isOnline() && parts.typing.mayTell(id))
        parts.connection.tell({ op: 'typing', conversationId: id });
    },
    setPresent: (here) => parts.presence.set(id, here),
    async setSeat(change) {
      const askedAt = cache.stamp();
      const answer = await http.call('updateSeat', { params: { id }, body: change });
      if (!cache.accept(answer, askedAt)) refetch(id);
    },
    draft: { get: () => drafts.all().get(id) ?? '', set: (text) => drafts.set(id, text) },
  };
}

function derive(
  thread: Thread,
  { cache, outbox, typing, presence }: ConversationParts,
  previous: ConversationSnapshot | undefined,
): ConversationSnapshot {
  const loaded = thread.isLoaded;
  const problem = thread.problem;
  const messages = loaded ? thread.log.messages : [];
  return keepRecord(previous, {
    status: loaded ? 'ready' : problem !== null ? 'error' : 'loading',
    conversation: cache.get(thread.id) ?? null,
    messages: keepList(previous?.messages, messages),
    outbox: keepList(previous?.outbox, outbox.of(thread.id)),
    hasEarlier: (messages[0]?.seq ?? 1) > 1,
    loadingEarlier: thread.isLoadingEarlier,
    typing: keepList(previous?.typing, typing.of(thread.id)),
    present: keepList(previous?.present, presence.of(thread.id)),
    problem,
  });
}

function markRead(thread: Thread, { changes, cache, reads, userId }: ConversationParts, seq?: number): void {
  const conversation = cache.get(thread.id);
  const log = thread.log;
  const to = seq ?? Math.max(lastSeq(log), conversation?.lastSeq ?? 0);
  if (to <= (conversation?.seat.readSeq ?? 0)) return;
  changes.run(() => {
    cache.update(thread.id, (before) => {
      const readSeq = Math.min(to, before.lastSeq);
      const left = log.messages.filter((each) => each.seq > readSeq && countsAsUnread(each, userId()));
      const known = thread.isLoaded && lastSeq(log) === before.lastSeq;
      const unread = readSeq === before.lastSeq ? 0 : known ? left.length : before.seat.unread;
      return { ...before, seat: { ...before.seat, readSeq, unread } };
    });
    reads.mark(thread.id, to);
  });
}
