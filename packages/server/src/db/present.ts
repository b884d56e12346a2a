import type { Attachment, Conversation, Message, OrderSummary, SeatSide } from '@parley/protocol';
import type { Links } from '../http/links.ts';
import type { MessageRow, StoredAttachment } from './tables.ts';

/** For whom something is presented: addresses of attachments are signed for this person. */
export interface Reader {
  readonly userId: string;
  readonly links: Links;
}

/** A message as its reader sees it. `authorName` is the person's own name, or '' for the system and for who is gone. */
export function presentMessage(row: MessageRow, authorName: string, reader: Reader): Message {
  return {
    conversationId: row.conversation_id,
    seq: row.seq,
    kind: row.kind,
    text: row.body,
    author: { side: row.side, userId: row.author, name: authorName },
    clientId: row.client_id,
    createdAt: row.created_at.toISOString(),
    ...(row.edited_at !== null && { editedAt: row.edited_at.toISOString() }),
    ...(row.redacted_at !== null && { redactedAt: row.redacted_at.toISOString() }),
    attachments: (row.data?.attachments ?? []).map((attachment) => presentAttachment(attachment, reader)),
    ...(row.data?.target !== undefined && { target: row.data.target }),
    ...(row.data?.notice !== undefined && { notice: row.data.notice }),
  };
}

function presentAttachment(stored: StoredAttachment, reader: Reader): Attachment {
  const { thumbnail, ...facts } = stored;
  return {
    ...facts,
    url: reader.links.attachmentUrl(reader.userId, stored.id, 'original'),
    ...(thumbnail === true && {
      thumbnailUrl: reader.links.attachmentUrl(reader.userId, stored.id, 'thumbnail'),
    }),
  };
}

/** What `conversations.ts` selects for one seat: the conversation as that seat's person sees it. */
export interface ConversationRow {
  id: string;
  status: Conversation['status'];
  created_at: Date;
  last_seq: number;
  last_at: Date;
  head_seq: number | null;
  head_kind: Message['kind'] | null;
  head_text: string | null;
  head_side: Message['author']['side'] | null;
  head_author: string | null;
  head_at: Date | null;
  /** What the last message carries; read only where it has no words. */
  head_types: string[] | null;
  listing_id: string;
  title: string;
  listing_url: string | null;
  listing_image: string | null;
  price_amount: number | null;
  price_currency: string | null;
  buyer_id: string;
  buyer_name: string;
  avatar_url: string | null;
  store_id: string;
  store_name: string;
  store_image: string | null;
  side: SeatSide;
  read_seq: number;
  unread: number;
  needs_reply: boolean;
  muted: boolean;
  archived: boolean;
  others: [string, number][] | null;
  orders: OrderFact[] | null;
  buyer_blocks: boolean;
  store_blocks: boolean;
}

/** An order as `json_build_object` gives it. */
export interface OrderFact {
  id: string;
  number: string | null;
  status: string;
  total_amount: number | null;
  total_currency: string | null;
  url: string | null;
  placed_at: string | null;
}

/** A conversation as its reader sees it. */
export function presentConversation(row: ConversationRow): Conversation {
  // Not a spread with fields behind it, which the engine builds more than ten times as slowly.
  return Object.assign(presentHead(row), {
    lastMessage: presentLastMessage(row),
    seat: {
      side: row.side,
      readSeq: row.read_seq,
      unread: row.unread,
      muted: row.muted,
      archived: row.archived,
    },
    others: presentOthers(row.others),
    needsReply: row.needs_reply,
    blocked: presentBlocked(row),
  });
}

type HeadRow = Omit<
  ConversationRow,
  | 'side'
  | 'read_seq'
  | 'unread'
  | 'needs_reply'
  | 'muted'
  | 'archived'
  | 'others'
  | 'buyer_blocks'
  | 'store_blocks'
>;

/** What participants and moderators alike see of a conversation: whose it is, and about what. */
export function presentHead(
  row: HeadRow,
): Pick<Conversation, 'id' | 'status' | 'createdAt' | 'lastSeq' | 'listing' | 'orders' | 'buyer' | 'store'> {
  return {
    id: row.id,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    lastSeq: row.last_seq,
    listing: {
      id: row.listing_id,
      title: row.title,
      url: row.listing_url,
      imageUrl: row.listing_image,
      price: presentMoney(row.price_amount, row.price_currency),
    },
    orders: (row.orders ?? []).map(presentOrder),
    buyer: { id: row.buyer_id, name: row.buyer_name, avatarUrl: row.avatar_url },
    store: { id: row.store_id, name: row.store_name, imageUrl: row.store_image },
  };
}

function presentLastMessage(row: HeadRow): Conversation['lastMessage'] {
  if (row.head_seq === null || row.head_kind === null || row.head_side === null || row.head_at === null)
    return null;
  return {
    seq: row.head_seq,
    kind: row.head_kind,
    text: row.head_text ?? '',
    author: { side: row.head_side, userId: row.head_author },
    createdAt: row.head_at.toISOString(),
    ...(row.head_types !== null && row.head_types.length > 0 && { attachmentTypes: row.head_types }),
  };
}

function presentOrder(order: OrderFact): OrderSummary {
  return {
    id: order.id,
    number: order.number,
    status: order.status,
    total: presentMoney(order.total_amount, order.total_currency),
    url: order.url,
    placedAt: order.placed_at === null ? null : new Date(order.placed_at).toISOString(),
  };
}

/** Money, or null where there is none. */
export function presentMoney(
  amount: number | null,
  currency: string | null,
): { amount: number; currency: string } | null {
  return amount === null || currency === null ? null : { amount, currency };
}

/** By their ids: sorted here, since in SQL it would be a sort for each conversation of a page, of one person mostly. */
function presentOthers(others: ConversationRow['others']): Conversation['others'] {
  const seats = (others ?? []).map(([userId, readSeq]) => ({ userId, readSeq }));
  return seats.length < 2 ? seats : seats.sort((one, two) => (one.userId < two.userId ? -1 : 1));
}

function presentBlocked(row: ConversationRow): Conversation['blocked'] {
  const mine = row.side === 'buyer' ? row.buyer_blocks : row.store_blocks;
  const theirs = row.side === 'buyer' ? row.store_blocks : row.buyer_blocks;
  if (row.side === 'moderator') return null;
  if (mine) return 'by-me';
  return theirs ? 'by-other' : null;
}
