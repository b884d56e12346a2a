import type { Conversation, InboxPage } from '@parley/protocol';
import type { Base } from './base.ts';
import { Connection } from './connection.ts';
import { createConversations, type Conversations } from './conversations.ts';
import { createDelivery } from './delivery.ts';
import { createEvents, type EventsOptions } from './events.ts';
import { createInboxes, type Inboxes } from './inboxes.ts';
import { createKnown, type Known } from './known.ts';
import { createProfile, type Profile } from './profile.ts';
import { createReads } from './reads.ts';
import { createSync, type Position } from './sync.ts';
import { createPresence } from './presence.ts';
import { createTyping } from './typing.ts';

/** What the connection keeps current. */
export interface Live {
  readonly connection: Connection;
  readonly known: Known;
  readonly inboxes: Inboxes;
  readonly conversations: Conversations;
  readonly profile: Profile;
  readonly events: EventsOptions;
}

/** Wires the parts that speak through the connection. It is not started yet. */
export function createLive(base: Base): Live {
  const { runtime, changes, tokens, http, outbox } = base;
  const { userId } = tokens;
  const connection = new Connection({
    runtime,
    tokens,
    changes,
    onFrame: (frame) => takeFrame(frame),
    onReady: () => sync.all(),
    onOnline() {
      outbox.reload(true);
      deliver();
      reads.flush();
      presence.restart();
      conversations.restart();
      profile.restart();
    },
  });
  const profile = createProfile(changes, http);
  const typing = createTyping(runtime, changes);
  const presence = createPresence(runtime, changes, connection, userId);
  const deliver = createDelivery({ runtime, outbox, connection });
  const reads = createReads({
    runtime,
    connection,
    refetch: (id) => known.refetch(id),
    onTold(id) {
      known.cache.confirm(id);
      known.unread.told(id);
    },
    lastSeq: (id) => known.cache.get(id)?.lastSeq ?? 0,
  });
  const known = createKnown(base, {
    overlay: (conversation) => reads.overlay(conversation),
    onGone: (id, problem) => conversations.thread(id)?.forget(problem),
    onUnknown: () => inboxes.onUnknown(),
  });
  const { cache, refetch, position } = known;
  const onInbox = (page: InboxPage, besides: Conversation[], asked: Position, first: boolean) => {
    const items = [...page.items, ...besides];
    known.takePage({ ...page, items }, asked);
    if (!first) return;
    inboxes.restart({ page, asked });
    const told = new Set(items.map(({ id }) => id));
    for (const { id, isLoaded } of conversations.threads()) if (isLoaded && !told.has(id)) refetch(id);
  };
  const sync = createSync({
    changes,
    connection,
    threads: () => conversations.threads(),
    position,
    refetch,
    onInbox,
  });
  const onUnread = (id: string) => known.unread.touch(id);
  const shared = {
    runtime,
    changes,
    http,
    cache,
    connection,
    outbox,
    typing,
    presence,
    refetch,
    userId,
    syncSoon: () => sync.soon(),
  };
  const inboxes = createInboxes({ ...shared, position, takePage: known.takePage });
  const conversations = createConversations({
    ...shared,
    drafts: base.drafts,
    reads,
    deliver,
    settle: (messages, conversationId) => outbox.settle(messages, conversationId, userId()),
  });
  const events: EventsOptions = { ...shared, conversations, onUnread };
  const takeFrame = createEvents(events);
  return { connection, known, inboxes, conversations, profile, events };
}
