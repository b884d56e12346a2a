import { Type, type Static } from 'typebox';
import { limits } from './limits.ts';
import {
  ClientId,
  closed,
  Email,
  HostId,
  HttpUrl,
  Locale,
  Money,
  Name,
  nullable,
  oneOf,
  ReadSeq,
  Seq,
  Time,
  TimeZone,
  Uuid,
} from './schema.ts';

/** A participant's side in a conversation, or whose word it is that is neither's. */
export const sides = ['buyer', 'store', 'moderator', 'system'] as const;
export const Side = oneOf(sides);
/** The sides that a seat may have. */
export const SeatSide = oneOf(['buyer', 'store', 'moderator']);
export const roles = ['member', 'moderator', 'owner'] as const;
export const Role = oneOf(roles);
export const conversationStatuses = ['open', 'locked', 'closed'] as const;
export const ConversationStatus = oneOf(conversationStatuses);
/** The form of the marketplace's own words, which Parley passes on. */
const ownWord = '^[a-z][a-z0-9_-]{0,39}$';
export const ListingStatus = Type.String({
  pattern: ownWord,
  description: 'Such as active, sold, inactive',
});
/** Statuses after which a conversation counts as `ordered` are all but pending, cancelled and refunded; others than these are welcome. */
export const OrderStatus = Type.String({
  pattern: ownWord,
  description: 'Such as pending, paid, shipped, delivered, cancelled, refunded',
});
/** What a conversation may be flagged for: a report by one of its people, or what the policy finds in a text. */
export const flagLabels = [
  'report',
  'email',
  'phone',
  'url',
  'handle',
  'payment',
  'prohibited',
  'spam',
  'scam',
] as const;
export type FlagLabel = (typeof flagLabels)[number];
export const FlagLabel = oneOf(flagLabels);
/** What a message is. A new kind is a file in the server's `domain/kinds` and a word here. */
export const messageKinds = ['text', 'notice', 'edit', 'redaction'] as const;
export const MessageKind = oneOf(messageKinds);

const profile = {
  id: HostId,
  name: Type.String(),
  email: nullable(Type.String()),
  avatarUrl: nullable(Type.String()),
  locale: nullable(Type.String()),
  timeZone: nullable(Type.String()),
  role: Role,
};
export const User = closed({
  ...profile,
  suspended: Type.Boolean(),
  createdAt: Time,
});
export const PutUser = closed({
  name: Name,
  email: Type.Optional(nullable(Email)),
  avatarUrl: Type.Optional(nullable(HttpUrl)),
  locale: Type.Optional(nullable(Locale)),
  timeZone: Type.Optional(nullable(TimeZone)),
  role: Type.Optional(Role),
});

export const Store = closed({
  id: HostId,
  name: Type.String(),
  imageUrl: nullable(Type.String()),
  members: Type.Array(HostId),
  createdAt: Time,
});
export const PutStore = closed({
  name: Name,
  imageUrl: Type.Optional(nullable(HttpUrl)),
  members: Type.Array(HostId, { maxItems: limits.storeMembers, uniqueItems: true }),
});

export const Listing = closed({
  id: HostId,
  storeId: HostId,
  title: Type.String(),
  url: nullable(Type.String()),
  imageUrl: nullable(Type.String()),
  price: nullable(Money),
  status: ListingStatus,
  createdAt: Time,
});
export const PutListing = closed({
  storeId: HostId,
  title: Type.String({ minLength: 1, maxLength: limits.titleLength }),
  url: Type.Optional(nullable(HttpUrl)),
  imageUrl: Type.Optional(nullable(HttpUrl)),
  price: Type.Optional(nullable(Money)),
  status: Type.Optional(ListingStatus),
});

export const Order = closed({
  id: HostId,
  listingId: HostId,
  buyerId: HostId,
  number: nullable(Type.String()),
  status: OrderStatus,
  total: nullable(Money),
  url: nullable(Type.String()),
  placedAt: nullable(Time),
});
export const PutOrder = closed({
  listingId: HostId,
  buyerId: HostId,
  number: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 64 }))),
  status: OrderStatus,
  total: Type.Optional(nullable(Money)),
  url: Type.Optional(nullable(HttpUrl)),
  placedAt: Type.Optional(nullable(Time)),
});

export const Author = closed({ side: Side, userId: nullable(HostId), name: Type.String() });
const attachmentFacts = {
  id: Uuid,
  name: Type.String(),
  type: Type.String(),
  size: Type.Integer(),
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Integer()),
};
export const Attachment = closed({
  ...attachmentFacts,
  url: Type.String({ description: 'Signed, for the reader alone; expires within an hour' }),
  thumbnailUrl: Type.Optional(Type.String()),
});
/** What an upload answers: no address yet, since it is nobody's message. */
export const UploadedAttachment = closed(attachmentFacts);
/** A notice's facts, for clients that say them in their reader's language; `text` says them in English. */
export const NoticeData = closed({
  type: oneOf(['order.placed', 'order.updated']),
  orderId: Type.Optional(HostId),
  number: Type.Optional(nullable(Type.String())),
  status: Type.Optional(Type.String()),
  previous: Type.Optional(nullable(Type.String())),
});

export const Message = closed({
  conversationId: Uuid,
  seq: Seq,
  kind: MessageKind,
  text: Type.String({ description: 'Plain text, never HTML' }),
  author: Author,
  clientId: nullable(ClientId),
  createdAt: Time,
  editedAt: Type.Optional(Time),
  redactedAt: Type.Optional(Time),
  masked: Type.Optional(Type.Boolean()),
  attachments: Type.Array(Attachment),
  target: Type.Optional(Seq),
  notice: Type.Optional(NoticeData),
});

export const Seat = closed({
  side: SeatSide,
  readSeq: ReadSeq,
  unread: Type.Integer({ minimum: 0 }),
  muted: Type.Boolean(),
  archived: Type.Boolean(),
});
export const OrderSummary = closed({
  id: HostId,
  number: nullable(Type.String()),
  status: Type.String(),
  total: nullable(Money),
  url: nullable(Type.String()),
  placedAt: nullable(Time),
});
export const LastMessage = closed({
  seq: Seq,
  kind: MessageKind,
  text: Type.String(),
  author: closed({ side: Side, userId: nullable(HostId) }),
  createdAt: Time,
  attachmentTypes: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Media types of what a message without words carries; without them it was taken back',
    }),
  ),
});
/** A listing, and a store, as a conversation and a contact dialog show them. */
const listingSummary = closed({
  id: HostId,
  title: Type.String(),
  url: nullable(Type.String()),
  imageUrl: nullable(Type.String()),
  price: nullable(Money),
});
const storeSummary = closed({ id: HostId, name: Type.String(), imageUrl: nullable(Type.String()) });
const conversationHead = {
  id: Uuid,
  status: ConversationStatus,
  createdAt: Time,
  lastSeq: ReadSeq,
  listing: listingSummary,
  orders: Type.Array(OrderSummary),
  buyer: closed({ id: HostId, name: Type.String(), avatarUrl: nullable(Type.String()) }),
  store: storeSummary,
};
export const Conversation = closed({
  ...conversationHead,
  lastMessage: nullable(LastMessage),
  seat: Seat,
  others: Type.Array(closed({ userId: HostId, readSeq: ReadSeq }), {
    description: 'Read positions of the other people in it',
  }),
  needsReply: Type.Boolean({
    description: "The other side wrote last, and the reader's side has not answered",
  }),
  blocked: nullable(oneOf(['by-me', 'by-other'])),
});
/** A conversation as a moderator's list shows it: who and what, but no text that is not a search hit or flagged. */
export const ModerationConversation = closed({
  ...conversationHead,
  lastActivityAt: Time,
  flags: Type.Array(FlagLabel),
  reports: Type.Integer(),
  hit: nullable(closed({ seq: Seq, excerpt: Type.String(), start: Type.Integer(), end: Type.Integer() })),
});
export const ModerationConversationDetail = closed({
  ...conversationHead,
  lastActivityAt: Time,
  participants: Type.Array(closed({ userId: HostId, name: Type.String(), side: SeatSide, readSeq: ReadSeq })),
  reports: Type.Array(
    closed({
      id: Uuid,
      at: Time,
      reporter: HostId,
      seq: nullable(Seq),
      reason: Type.String(),
      text: Type.String(),
    }),
  ),
});

export const UnreadTotals = closed({
  conversations: Type.Integer({ minimum: 0 }),
  messages: Type.Integer({ minimum: 0 }),
});
export const InboxPage = closed({
  items: Type.Array(Conversation),
  nextCursor: nullable(Type.String()),
  unread: UnreadTotals,
});
export const Me = closed({
  ...profile,
  stores: Type.Array(storeSummary),
  notifications: closed({ email: Type.Boolean() }),
});
export const Block = closed({ id: HostId, createdAt: Time });
export const AuditItem = closed({
  id: Uuid,
  at: Time,
  actor: HostId,
  action: Type.String(),
  conversationId: Type.Optional(Uuid),
  userId: Type.Optional(HostId),
  reason: Type.Optional(Type.String()),
  note: Type.Optional(Type.String()),
});
/** What a contact dialog needs before there is a conversation. */
export const Contact = closed({
  listing: listingSummary,
  store: storeSummary,
  responseMinutes: nullable(
    Type.Integer({
      description: "The median time of the store's first answers in 90 days; null while there are too few",
    }),
  ),
  conversationId: nullable(Uuid),
  own: Type.Boolean({ description: "The asker is a member of the listing's store" }),
});

export type Side = Static<typeof Side>;
export type SeatSide = Static<typeof SeatSide>;
export type Role = Static<typeof Role>;
export type ConversationStatus = Static<typeof ConversationStatus>;
export type MessageKind = Static<typeof MessageKind>;
export type NoticeData = Static<typeof NoticeData>;
export type User = Static<typeof User>;
export type PutUser = Static<typeof PutUser>;
export type Store = Static<typeof Store>;
export type PutStore = Static<typeof PutStore>;
export type Listing = Static<typeof Listing>;
export type PutListing = Static<typeof PutListing>;
export type Order = Static<typeof Order>;
export type PutOrder = Static<typeof PutOrder>;
export type Author = Static<typeof Author>;
export type Attachment = Static<typeof Attachment>;
export type UploadedAttachment = Static<typeof UploadedAttachment>;
export type Message = Static<typeof Message>;
export type Seat = Static<typeof Seat>;
export type OrderSummary = Static<typeof OrderSummary>;
export type LastMessage = Static<typeof LastMessage>;
export type Conversation = Static<typeof Conversation>;
export type ModerationConversation = Static<typeof ModerationConversation>;
export type ModerationConversationDetail = Static<typeof ModerationConversationDetail>;
export type UnreadTotals = Static<typeof UnreadTotals>;
export type InboxPage = Static<typeof InboxPage>;
export type Me = Static<typeof Me>;
export type Block = Static<typeof Block>;
export type AuditItem = Static<typeof AuditItem>;
export type Contact = Static<typeof Contact>;
