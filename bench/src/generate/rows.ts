import { buyerSide, storeSide, systemSide, type Happening, type History } from './history.ts';
import { hash, share } from './random.ts';
import { textOf } from './text.ts';
import { membersOf, moderator, orderNumber, storeName, type World } from './world.ts';

/** Rows of one table in COPY's text format. */
export interface Rows {
  readonly table: string;
  readonly columns: string;
  readonly rows: Iterable<string>;
}

const sides = ['buyer', 'store', 'system'] as const;
const none = '\\N';

/** A conversation's id as UUIDv7 makes them: the time, and something unique. */
export function conversationId(history: History, conversation: number): string {
  const time = (history.createdAt[conversation] ?? 0).toString(16).padStart(12, '0');
  const noise = (hash(conversation, 21) & 0xfff).toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${noise}-8${noise}-${conversation.toString(16).padStart(12, '0')}`;
}

/** People, stores, listings: what must be there before a conversation. */
export function* worldRows(world: World): Generator<Rows> {
  yield { table: 'users', columns: 'id, name, role', rows: users(world) };
  yield {
    table: 'stores',
    columns: 'id, name',
    rows: map(world.stores, (i) => `store-${i}\t${storeName(i)}\n`),
  };
  yield { table: 'store_members', columns: 'store_id, user_id', rows: members(world) };
  yield {
    table: 'listings',
    columns: 'id, store_id, title, price_amount, price_currency',
    rows: map(
      world.listings,
      (i) =>
        `listing-${i}\tstore-${world.storeOf(i)}\t${world.title(i)}\t${500 + (hash(i, 22) % 20_000)}\tEUR\n`,
    ),
  };
}

function* users(world: World): Generator<string> {
  yield `${moderator}\tMona Moderator\tmoderator\n`;
  for (let i = 0; i < world.buyers; i += 1) yield `buyer-${i}\t${world.buyerName(i)}\tmember\n`;
  for (let store = 0; store < world.stores; store += 1)
    for (const id of membersOf(store)) yield `${id}\t${storeName(store)} (${id})\tmember\n`;
}

function* members(world: World): Generator<string> {
  for (let store = 0; store < world.stores; store += 1)
    for (const id of membersOf(store)) yield `store-${store}\t${id}\n`;
}

function* map(count: number, row: (index: number) => string): Generator<string> {
  for (let index = 0; index < count; index += 1) yield row(index);
}

/** The log, as it happens. */
export function messageRows(world: World, history: History, happenings: Iterable<Happening>): Rows {
  const columns = 'conversation_id, seq, kind, author, side, body, data, client_id, created_at';
  function* rows(): Generator<string> {
    for (const happening of happenings) yield messageRow(world, history, happening);
  }
  return { table: 'messages', columns, rows: rows() };
}

function messageRow(
  world: World,
  history: History,
  { index, conversation, seq, side, at }: Happening,
): string {
  const where = `${conversationId(history, conversation)}\t${seq}`;
  const when = new Date(at).toISOString();
  if (side === systemSide)
    return `${where}\tnotice\t${none}\tsystem\t${noticeText(conversation)}\t${noticeData(conversation)}\t${none}\t${when}\n`;
  const author = authorOf(world, history, conversation, side);
  return `${where}\ttext\t${author}\t${sides[side] ?? ''}\t${textOf(world, index)}\t${none}\t${hash(index, 23).toString(16)}-${index}\t${when}\n`;
}

function authorOf(world: World, history: History, conversation: number, side: number): string {
  if (side === buyerSide) return `buyer-${history.buyer[conversation] ?? 0}`;
  return `seller-${world.storeOf(history.listing[conversation] ?? 0)}`;
}

function noticeText(conversation: number): string {
  return `Order ${orderNumber(conversation)} was placed`;
}

function noticeData(conversation: number): string {
  return JSON.stringify({
    notice: {
      type: 'order.placed',
      orderId: `order-${conversation}`,
      number: orderNumber(conversation),
      status: 'paid',
      previous: null,
    },
  });
}

/** What the log came to: conversations with heads, seats, orders, reports. */
export function* outcomeRows(world: World, history: History): Generator<Rows> {
  const count = world.shape.conversations;
  yield {
    table: 'conversations',
    columns:
      'id, listing_id, buyer_id, store_id, status, last_seq, last_at, head_seq, head_kind, head_text, head_side, head_author, head_at, asked_at, answered_at, created_at, reported',
    rows: map(count, (i) => conversationRow(world, history, i)),
  };
  yield {
    table: 'seats',
    columns: 'user_id, conversation_id, side, read_seq, unread, needs_reply, last_at, notified_seq, archived',
    rows: seats(world, history),
  };
  yield {
    table: 'orders',
    columns: 'id, listing_id, buyer_id, number, status, placed_at, created_at',
    rows: orders(world, history),
  };
  yield {
    table: 'reports',
    columns: 'id, conversation_id, seq, reporter, reason',
    rows: reports(world, history),
  };
}

function timeOrNone(at: number | undefined): string {
  return at === undefined || at === 0 ? none : new Date(at).toISOString();
}

function statusOf({ closedShare }: World, conversation: number): string {
  const value = share(conversation, 24);
  return value < closedShare ? 'closed' : value < closedShare + 0.002 ? 'locked' : 'open';
}

function isReported({ reportedShare }: World, conversation: number): boolean {
  return share(conversation, 29) < reportedShare;
}

function conversationRow(world: World, history: History, i: number): string {
  const listing = history.listing[i] ?? 0;
  const seq = history.lastSeq[i] ?? 0;
  const side = history.headSide[i] ?? 0;
  const isNotice = side === systemSide;
  const lastAt = timeOrNone(history.lastAt[i]);
  return `${[
    conversationId(history, i),
    `listing-${listing}`,
    `buyer-${history.buyer[i] ?? 0}`,
    `store-${world.storeOf(listing)}`,
    statusOf(world, i),
    seq,
    lastAt,
    seq,
    isNotice ? 'notice' : 'text',
    isNotice ? noticeText(i) : textOf(world, history.headMessage[i] ?? 0),
    sides[side] ?? '',
    isNotice ? none : authorOf(world, history, i, side),
    lastAt,
    timeOrNone(history.askedAt[i]),
    timeOrNone(history.answeredAt[i]),
    timeOrNone(history.createdAt[i]),
    isReported(world, i) ? 't' : 'f',
  ].join('\t')}\n`;
}

/** Who reads without answering has nothing unread; old conversations are nearly all read, and some of them archived. */
function* seats(world: World, history: History): Generator<string> {
  const count = world.shape.conversations;
  for (let i = 0; i < count; i += 1) {
    const isOld = i < count * 0.9;
    yield seatRow(
      history,
      i,
      `buyer-${history.buyer[i] ?? 0}`,
      buyerSide,
      share(i, 25) < 0.8,
      share(i, 26) < 0.04,
    );
    const readShare = isOld ? 0.98 : 0.7;
    for (const [place, id] of membersOf(world.storeOf(history.listing[i] ?? 0)).entries())
      yield seatRow(
        history,
        i,
        id,
        storeSide,
        place > 0 || share(i, 27) < readShare,
        isOld && share(i, 28) < 0.08,
      );
  }
}

function seatRow(
  history: History,
  i: number,
  userId: string,
  side: 0 | 1,
  hasRead: boolean,
  isArchived: boolean,
): string {
  const seq = history.lastSeq[i] ?? 0;
  const unread = hasRead ? 0 : (history.unread[side][i] ?? 0);
  return `${[
    userId,
    conversationId(history, i),
    sides[side],
    unread === 0 ? seq : (history.readSeq[side][i] ?? 0),
    unread,
    (history.textSide[i] ?? 0) === side ? 'f' : 't',
    timeOrNone(history.lastAt[i]),
    unread === 0 ? 0 : seq,
    isArchived ? 't' : 'f',
  ].join('\t')}\n`;
}

function* orders(world: World, history: History): Generator<string> {
  for (let i = 0; i < world.shape.conversations; i += 1) {
    const at = history.orderedAt[i] ?? 0;
    if (at === 0) continue;
    const when = timeOrNone(at);
    yield `order-${i}\tlisting-${history.listing[i] ?? 0}\tbuyer-${history.buyer[i] ?? 0}\t${orderNumber(i)}\tpaid\t${when}\t${when}\n`;
  }
}

function* reports(world: World, history: History): Generator<string> {
  for (let i = 0; i < world.shape.conversations; i += 1) {
    if (!isReported(world, i)) continue;
    const id = conversationId(history, i);
    yield `${id}\t${id}\t1\tbuyer-${history.buyer[i] ?? 0}\tspam\n`;
  }
}
