import { Type, type Static, type TSchema } from 'typebox';
import { limits } from './limits.ts';
import type { ProblemCode } from './problems.ts';
import {
  AuditItem,
  Block,
  Contact,
  Conversation,
  ConversationStatus,
  FlagLabel,
  InboxPage,
  Listing,
  Me,
  Message,
  ModerationConversation,
  ModerationConversationDetail,
  Order,
  PutListing,
  PutOrder,
  PutStore,
  PutUser,
  Store,
  UploadedAttachment,
  User,
} from './resources.ts';
import type { RouteName } from './routes.ts';
import {
  ClientId,
  closed,
  HostId,
  Locale,
  MessageText,
  Name,
  nullable,
  oneOf,
  page,
  ReadSeq,
  Seq,
  Time,
  TimeZone,
  Uuid,
} from './schema.ts';

/**
 * Who may call: `host` is the marketplace's back end with its key; `person` a user token, or the key with `Parley-As`;
 * `moderator` such a person with the role `moderator` or `owner`.
 */
export type Asker = 'host' | 'person' | 'moderator';

/** One row of the endpoint table. Query values arrive as text and are coerced to the schema's types. */
export interface Endpoint {
  readonly asker: Asker;
  readonly summary: string;
  readonly tag: string;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  readonly response: TSchema;
  /** The status of success, 200 unless said; 204 has no body. */
  readonly status?: number;
  readonly multipart?: boolean;
  /** What it may answer beside what its asker and its body bring with them. */
  readonly problems?: readonly ProblemCode[];
}

export const AttachmentIds = Type.Array(Uuid, { maxItems: limits.attachmentsPerMessage, uniqueItems: true });
export const SyncPositions = Type.Record(Uuid, ReadSeq, {
  maxProperties: limits.syncConversations,
  additionalProperties: false,
});
export const SyncAnswer = closed({
  conversations: Type.Array(
    closed({
      id: Uuid,
      messages: Type.Array(Message),
      more: Type.Boolean(),
      reset: Type.Optional(Type.Boolean()),
      /** Of those that are not in the inbox's first page; of 50 of them at most. */
      conversation: Type.Optional(Conversation),
    }),
  ),
  inbox: InboxPage,
});

const hostId = closed({ id: HostId });
const conversationId = closed({ id: Uuid });
const messageId = closed({ id: Uuid, seq: Seq });
const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: limits.pageMax, default: limits.pageDefault }),
);
const cursor = Type.Optional(Type.String({ maxLength: 500 }));
const q = Type.Optional(Type.String({ maxLength: 200 }));
const none = Type.Null();
const Reason = Type.String({ minLength: 1, maxLength: limits.reasonLength });
const messagesQuery = { before: Type.Optional(Seq), after: Type.Optional(ReadSeq), limit };

export const inboxFilters = ['all', 'unread', 'needs-reply', 'archived'] as const;
/** Reasons that the screens offer and have words for; others are welcome. */
export const reportReasons = ['spam', 'scam', 'harassment', 'off-platform', 'prohibited', 'other'] as const;

/** The one table that gives routes, validation, the client's types and the OpenAPI document. */
export const endpoints = {
  putUser: {
    asker: 'host',
    tag: 'Catalogue',
    summary: 'Create or update a person',
    params: hostId,
    body: PutUser,
    response: User,
  },
  getUser: { asker: 'host', tag: 'Catalogue', summary: 'Read a person', params: hostId, response: User },
  deleteUser: {
    asker: 'host',
    tag: 'Catalogue',
    summary: 'Erase a person: name, email and texts go, the log keeps its shape',
    params: hostId,
    response: none,
    status: 204,
  },
  putStore: {
    asker: 'host',
    tag: 'Catalogue',
    summary: 'Create or update a store; a new member gets its conversations too',
    params: hostId,
    body: PutStore,
    response: Store,
  },
  getStore: { asker: 'host', tag: 'Catalogue', summary: 'Read a store', params: hostId, response: Store },
  putListing: {
    asker: 'host',
    tag: 'Catalogue',
    summary: 'Create or update a listing',
    params: hostId,
    body: PutListing,
    response: Listing,
  },
  getListing: {
    asker: 'host',
    tag: 'Catalogue',
    summary: 'Read a listing',
    params: hostId,
    response: Listing,
  },
  putOrder: {
    asker: 'host',
    tag: 'Catalogue',
    summary: 'Create or update an order; a change of status is a notice in its conversation',
    params: hostId,
    body: PutOrder,
    response: Order,
  },
  getOrder: { asker: 'host', tag: 'Catalogue', summary: 'Read an order', params: hostId, response: Order },
  createToken: {
    asker: 'host',
    tag: 'Catalogue',
    summary: 'Sign a user token, for hosts that sign none themselves',
    body: closed({
      userId: HostId,
      expiresIn: Type.Optional(
        Type.Integer({ minimum: 60, maximum: 86_400, default: 3600, description: 'Seconds' }),
      ),
    }),
    response: closed({ token: Type.String(), expiresAt: Time }),
  },

  openConversation: {
    asker: 'person',
    tag: 'Conversations',
    summary: 'Contact a seller about a listing, or a buyer about an order',
    body: closed({
      listingId: Type.Optional(HostId),
      orderId: Type.Optional(HostId),
      text: MessageText,
      clientId: ClientId,
    }),
    response: closed({ conversation: Conversation, message: Message }),
  },
  listInbox: {
    asker: 'person',
    tag: 'Conversations',
    summary: "The asker's conversations, newest activity first",
    query: closed({ q, filter: Type.Optional(oneOf(inboxFilters)), limit, cursor }),
    response: InboxPage,
  },
  getConversation: {
    asker: 'person',
    tag: 'Conversations',
    summary: 'One conversation',
    params: conversationId,
    response: Conversation,
  },
  listMessages: {
    asker: 'person',
    tag: 'Messages',
    summary: 'Messages in ascending seq; the newest, unless before or after is given',
    params: conversationId,
    query: closed(messagesQuery),
    response: closed({ items: Type.Array(Message) }),
  },
  sendMessage: {
    asker: 'person',
    tag: 'Messages',
    summary: 'Send a text',
    params: conversationId,
    body: closed({ text: MessageText, clientId: ClientId, attachmentIds: Type.Optional(AttachmentIds) }),
    response: Message,
  },
  editMessage: {
    asker: 'person',
    tag: 'Messages',
    summary: "Change one's own text",
    params: messageId,
    body: closed({ text: MessageText }),
    response: Message,
  },
  redactMessage: {
    asker: 'person',
    tag: 'Messages',
    summary: "Take back one's own text",
    params: messageId,
    response: Message,
    problems: ['conversation-locked', 'conversation-closed'],
  },
  markRead: {
    asker: 'person',
    tag: 'Conversations',
    summary: 'Everything up to seq is read',
    params: conversationId,
    body: closed({ seq: ReadSeq }),
    response: Conversation,
  },
  updateSeat: {
    asker: 'person',
    tag: 'Conversations',
    summary: "Mute or archive one's own seat",
    params: conversationId,
    body: closed({ muted: Type.Optional(Type.Boolean()), archived: Type.Optional(Type.Boolean()) }),
    response: Conversation,
  },
  sync: {
    asker: 'person',
    tag: 'Conversations',
    summary: 'All that was missed',
    body: closed({ conversations: SyncPositions }),
    response: SyncAnswer,
  },
  uploadAttachment: {
    asker: 'person',
    tag: 'Messages',
    summary: 'Upload an image or a PDF, up to 10 MB, in the field file',
    multipart: true,
    response: UploadedAttachment,
  },
  reportConversation: {
    asker: 'person',
    tag: 'Safety',
    summary: 'Report to the moderators',
    body: closed({
      conversationId: Uuid,
      seq: Type.Optional(Seq),
      reason: Type.String({
        minLength: 1,
        maxLength: limits.reasonLength,
        description: `Such as ${reportReasons.join(', ')}`,
      }),
      text: Type.Optional(Type.String({ maxLength: 2000 })),
    }),
    response: closed({ id: Uuid }),
    status: 201,
  },
  putBlock: {
    asker: 'person',
    tag: 'Safety',
    summary: 'Stop hearing from a person or a store',
    params: hostId,
    response: none,
    status: 204,
  },
  deleteBlock: {
    asker: 'person',
    tag: 'Safety',
    summary: 'Hear from them again',
    params: hostId,
    response: none,
    status: 204,
  },
  listBlocks: {
    asker: 'person',
    tag: 'Safety',
    summary: 'Whom one has blocked',
    response: closed({ items: Type.Array(Block) }),
  },
  getMe: { asker: 'person', tag: 'Profile', summary: "One's own profile and preferences", response: Me },
  updateMe: {
    asker: 'person',
    tag: 'Profile',
    summary: "Change one's preferences",
    body: closed({
      name: Type.Optional(Name),
      locale: Type.Optional(nullable(Locale)),
      timeZone: Type.Optional(nullable(TimeZone)),
      notifications: Type.Optional(closed({ email: Type.Optional(Type.Boolean()) })),
    }),
    response: Me,
  },
  getContact: {
    asker: 'person',
    tag: 'Conversations',
    summary: 'What a contact dialog shows: listing, store, usual response time',
    params: hostId,
    response: Contact,
  },

  listModerationConversations: {
    asker: 'moderator',
    tag: 'Moderation',
    summary: 'Every conversation; q searches names, listing titles and message texts',
    query: closed({
      q,
      userId: Type.Optional(HostId),
      storeId: Type.Optional(HostId),
      listingId: Type.Optional(HostId),
      flag: Type.Optional(FlagLabel),
      status: Type.Optional(ConversationStatus),
      from: Type.Optional(Time),
      to: Type.Optional(Time),
      limit,
      cursor,
    }),
    response: page(ModerationConversation),
  },
  readModerationConversation: {
    asker: 'moderator',
    tag: 'Moderation',
    summary: 'One conversation; leaves an audit record',
    params: conversationId,
    query: closed({ reason: Reason }),
    response: ModerationConversationDetail,
  },
  readModerationMessages: {
    asker: 'moderator',
    tag: 'Moderation',
    summary: 'Its messages; leaves an audit record',
    params: conversationId,
    query: closed({ reason: Reason, ...messagesQuery }),
    response: closed({ items: Type.Array(Message) }),
  },
  listAudit: {
    asker: 'moderator',
    tag: 'Moderation',
    summary: 'Who looked at or did what, when and why',
    query: closed({
      actor: Type.Optional(HostId),
      action: Type.Optional(Type.String({ maxLength: 80 })),
      conversationId: Type.Optional(Uuid),
      limit,
      cursor,
    }),
    response: page(AuditItem),
  },
} as const satisfies Record<RouteName, Endpoint>;

type Of<N extends RouteName, K extends string> =
  (typeof endpoints)[N] extends Record<K, infer S extends TSchema> ? Static<S> : undefined;
/** Types of an endpoint's parts, by its name; `undefined` where it has none. */
export type Params<N extends RouteName> = Of<N, 'params'>;
export type Query<N extends RouteName> = Of<N, 'query'>;
export type Body<N extends RouteName> = Of<N, 'body'>;
export type Answer<N extends RouteName> = Static<(typeof endpoints)[N]['response']>;
export type SyncAnswer = Static<typeof SyncAnswer>;
export type InboxFilter = (typeof inboxFilters)[number];
