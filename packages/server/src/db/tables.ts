import type { ColumnType, Generated, Selectable } from 'kysely';
import type { ConversationStatus, MessageKind, NoticeData, Role, SeatSide, Side } from '@parley/protocol';

type Created = ColumnType<Date, Date | undefined, Date>;
type Json<T> = ColumnType<T | null, string | null, string | null>;

export interface UsersTable {
  id: string;
  name: string;
  email: string | null;
  avatar_url: string | null;
  locale: string | null;
  time_zone: string | null;
  role: Generated<Role>;
  suspended: Generated<boolean>;
  email_notifications: Generated<boolean>;
  created_at: Created;
  erased_at: Date | null;
  /** Seconds since 1970: what a token says that was issued before then does not count any more. */
  claims_at: Generated<number | null>;
}

export interface StoresTable {
  id: string;
  name: string;
  image_url: string | null;
  created_at: Created;
}

export interface StoreMembersTable {
  store_id: string;
  user_id: string;
}

/** Who once was of a store, and may have left texts there. */
export interface FormerMembersTable {
  user_id: string;
  store_id: string;
}

export interface ListingsTable {
  id: string;
  store_id: string;
  title: string;
  url: string | null;
  image_url: string | null;
  price_amount: number | null;
  price_currency: string | null;
  status: Generated<string>;
  created_at: Created;
}

export interface OrdersTable {
  id: string;
  listing_id: string;
  buyer_id: string;
  number: string | null;
  status: string;
  total_amount: number | null;
  total_currency: string | null;
  url: string | null;
  placed_at: Date | null;
  created_at: Created;
}

export interface ConversationsTable {
  id: string;
  listing_id: string;
  buyer_id: string;
  store_id: string;
  status: Generated<ConversationStatus>;
  last_seq: Generated<number>;
  last_at: Created;
  head_seq: number | null;
  head_kind: MessageKind | null;
  head_text: string | null;
  head_side: Side | null;
  head_author: string | null;
  head_at: Date | null;
  asked_at: Date | null;
  answered_at: Date | null;
  created_at: Created;
  /** There is a report of it, or of a message in it. */
  reported: Generated<boolean>;
}

/** What a conversation is found by, for each side. */
export interface ConversationSearchTable {
  conversation_id: string;
  buyer_id: string;
  store_id: string;
  buyer_search: string;
  store_search: string;
}

/** An attachment as its message carries it: no join at reading, no address (those are signed per reader). */
export interface StoredAttachment {
  id: string;
  name: string;
  type: string;
  size: number;
  width?: number;
  height?: number;
  thumbnail?: boolean;
}

/** What a message carries beside its text. `previous` of an edit is for moderators alone, and goes with a redaction. */
export interface MessageData {
  attachments?: StoredAttachment[];
  target?: number;
  previous?: string;
  notice?: NoticeData;
}

export interface MessagesTable {
  conversation_id: string;
  seq: number;
  kind: MessageKind;
  author: string | null;
  side: Side;
  body: string;
  data: Json<MessageData>;
  client_id: string | null;
  created_at: Date;
  edited_at: Date | null;
  redacted_at: Date | null;
}

export interface ParticipantsTable {
  user_id: string;
  conversation_id: string;
  side: SeatSide;
  read_seq: Generated<number>;
  unread: Generated<number>;
  needs_reply: Generated<boolean>;
  last_at: Created;
  notify_at: Date | null;
  notified_seq: Generated<number>;
  muted: Generated<boolean>;
  archived: Generated<boolean>;
  email_off: Generated<boolean>;
  /** `parley_signature` of what the seat's conversation is found by; 64 bits, beyond what a number holds, so only SQL reads it. */
  search_signature: Generated<never>;
}

export interface MessageTextsTable {
  conversation_id: string;
  seq: number;
  folded: string;
}

/** One row: every text created before `upto` is in `message_texts`. */
export interface SearchWatermarkTable {
  single: Generated<boolean>;
  upto: Date;
}

export interface AttachmentsTable {
  id: string;
  owner_id: string;
  name: string;
  type: string;
  size: number;
  width: number | null;
  height: number | null;
  blob: string;
  thumbnail: string | null;
  conversation_id: string | null;
  created_at: Created;
}

export interface BlocksTable {
  user_id: string;
  target_id: string;
  created_at: Created;
}

export interface ReportsTable {
  id: string;
  conversation_id: string;
  seq: number | null;
  reporter: string;
  reason: string;
  text: Generated<string>;
  created_at: Created;
}

export interface AuditTable {
  id: string;
  at: Created;
  actor: string;
  action: string;
  conversation_id: string | null;
  user_id: string | null;
  reason: string | null;
  note: string | null;
}

export interface DeliveriesTable {
  id: string;
  user_id: string;
  conversation_id: string;
  channel: string;
  from_seq: number;
  upto_seq: number;
  message_id: string;
  state: 'due' | 'sent' | 'skipped' | 'failed';
  detail: string | null;
  created_at: Created;
  sent_at: Date | null;
}

export interface QueueWorkersTable {
  id: string;
  seen_at: Created;
}

export interface Tables {
  users: UsersTable;
  stores: StoresTable;
  store_members: StoreMembersTable;
  former_members: FormerMembersTable;
  listings: ListingsTable;
  orders: OrdersTable;
  conversations: ConversationsTable;
  conversation_search: ConversationSearchTable;
  messages: MessagesTable;
  participants: ParticipantsTable;
  message_texts: MessageTextsTable;
  search_watermark: SearchWatermarkTable;
  attachments: AttachmentsTable;
  blocks: BlocksTable;
  reports: ReportsTable;
  audit: AuditTable;
  deliveries: DeliveriesTable;
  queue_workers: QueueWorkersTable;
}

export type MessageRow = Selectable<MessagesTable>;
export type UserRow = Selectable<UsersTable>;
