import type { Message, ServerFrame } from '@parley/protocol';
import type { Changes } from './changes.ts';
import type { ConversationCache } from './conversation-cache.ts';
import type { Conversations } from './conversations.ts';
import { afterMessage, readTo } from './head.ts';
import type { FrameOf } from './link.ts';
import type { Outbox } from './outbox.ts';
import type { Presence } from './presence.ts';
import type { Refetch } from './refetch.ts';
import type { Typing } from './typing.ts';

export interface EventsOptions {
  readonly changes: Changes;
  readonly cache: ConversationCache;
  readonly conversations: Conversations;
  readonly outbox: Outbox;
  readonly typing: Typing;
  readonly presence: Presence;
  readonly refetch: Refetch;
  /** How much is unread in a conversation that is not known here has changed. */
  readonly onUnread: (conversationId: string) => void;
  readonly syncSoon: () => void;
  readonly userId: () => string | null;
}

type Op = ServerFrame['op'];
type Handlers<O extends Op = Op> = { readonly [K in O]?: (frame: FrameOf<K>) => void };

/** What each pushed frame changes. The function for `onFrame`; answers that change nothing here are left to who asked. */
export function createEvents(options: EventsOptions): (frame: ServerFrame) => void {
  const { changes, cache, typing, presence, refetch, userId } = options;
  const handlers: Handlers = {
    message: ({ message }) => takeMessage(options, message),
    // Stands in its place among the pushes, and is this connection's only word of the message.
    sent: ({ message }) => takeMessage(options, message),
    read: ({ conversationId, userId: reader, seq }) => takeRead(options, conversationId, reader, seq),
    typing({ conversationId, userId: typist }) {
      if (typist !== userId()) typing.begin(conversationId, typist);
    },
    presence: ({ conversationId, userId: other, here }) => presence.hear(conversationId, other, here),
    conversation({ conversation }) {
      if (!cache.accept(conversation, null)) refetch(conversation.id);
    },
  };
  return (frame) => changes.run(() => handle(frame, handlers));
}

/** Generic, so that frame and handler are known to be of one kind. */
function handle<O extends Op>(frame: FrameOf<O>, handlers: Handlers<O>): void {
  handlers[frame.op]?.(frame);
}

/** In one change: the message enters log and list, and leaves the outbox. */
export function takeMessage(options: EventsOptions, message: Message): void {
  const { cache, conversations, outbox, typing, refetch, userId } = options;
  const { conversationId, seq, author } = message;
  const thread = conversations.thread(conversationId);
  if (thread) thread.receive([message]);
  else outbox.settle([message], conversationId, userId());
  if (thread?.lacks === true) options.syncSoon();
  typing.end(conversationId, author.userId);
  const known = cache.get(conversationId);
  if (known !== undefined && seq <= known.lastSeq) return;
  if (known?.lastSeq === seq - 1)
    cache.update(conversationId, (before) => afterMessage(before, message, userId()));
  else refetch(conversationId, seq);
}

function takeRead(
  { cache, refetch, onUnread, userId }: EventsOptions,
  id: string,
  reader: string,
  seq: number,
): void {
  const known = cache.get(id);
  if (known === undefined) return reader === userId() ? onUnread(id) : undefined;
  if (reader !== userId())
    return cache.update(id, (before) => ({ ...before, others: readTo(before.others, reader, seq) }));
  if (seq <= known.seat.readSeq) return;
  if (seq < known.lastSeq) return refetch(id);
  cache.update(id, (before) => ({ ...before, seat: { ...before.seat, readSeq: seq, unread: 0 } }));
}
