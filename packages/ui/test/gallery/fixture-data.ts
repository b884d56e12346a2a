import type { Conversation, Message } from '@parley/protocol';

/** Ids of the fixture's conversations: UUIDs in which the number can be read. */
export const conversationId = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const minute = 60_000;
const day = 24 * 60 * minute;

/** A time `ago` milliseconds before now, as the API writes it. */
export const before = (ago: number): string => new Date(Date.now() - ago).toISOString();

export interface Sketch {
  n: number;
  buyer?: string;
  store?: string;
  listing: string;
  picture?: string | null;
  said?: string;
  ago?: number;
  unread?: number;
  change?: Partial<Conversation>;
}

/** A conversation that Sarah of Clay & Co sees; with `store` the buyer is Sarah herself. */
export function conversation(sketch: Sketch): Conversation {
  const {
    n,
    buyer,
    store,
    listing,
    picture = `/art/${n % 12}.svg`,
    said = '',
    ago = minute,
    unread = 0,
  } = sketch;
  const buying = store !== undefined;
  return {
    id: conversationId(n),
    status: 'open',
    createdAt: before(30 * day),
    lastSeq: 12,
    listing: {
      id: `listing-${n}`,
      title: listing,
      url: '/listing',
      imageUrl: picture,
      price: { amount: 4200, currency: 'EUR' },
    },
    orders: [],
    buyer: { id: buying ? 'sarah' : `buyer-${n}`, name: buyer ?? 'Sarah', avatarUrl: null },
    store: { id: buying ? `store-${n}` : 'clay', name: store ?? 'Clay & Co', imageUrl: null },
    lastMessage: {
      seq: 12,
      kind: 'text',
      text: said.replace(/^You: /, ''),
      author: said.startsWith('You: ')
        ? { side: buying ? 'buyer' : 'store', userId: 'sarah' }
        : { side: buying ? 'store' : 'buyer', userId: buying ? 'seller' : `buyer-${n}` },
      createdAt: before(ago),
    },
    seat: {
      side: buying ? 'buyer' : 'store',
      readSeq: 12 - unread,
      unread,
      muted: false,
      archived: false,
    },
    others: [{ userId: buying ? 'seller' : `buyer-${n}`, readSeq: 12 }],
    needsReply: !said.startsWith('You: '),
    blocked: null,
    ...sketch.change,
  };
}

/** What a thread's messages are made from: who, what, and how long ago. */
export interface Say extends Partial<Omit<Message, 'author'>> {
  by: 'me' | 'colleague' | 'buyer' | 'seller' | 'moderator' | 'system';
  ago: number;
}

const authors = (n: number) =>
  ({
    me: { side: 'store', userId: 'sarah', name: 'Sarah' },
    colleague: { side: 'store', userId: 'marta', name: 'Marta' },
    buyer: { side: 'buyer', userId: `buyer-${n}`, name: 'John D.' },
    seller: { side: 'store', userId: 'seller', name: 'Ines' },
    moderator: { side: 'moderator', userId: 'olivia', name: 'Olivia, Kiln & Lens' },
    system: { side: 'system', userId: null, name: '' },
  }) as const;

/** Numbers what was said, from 1. */
export function log(n: number, says: readonly Say[]): Message[] {
  return says.map(({ by, ago, ...rest }, index) => ({
    conversationId: conversationId(n),
    seq: index + 1,
    kind: 'text',
    text: '',
    author: authors(n)[by],
    clientId: null,
    createdAt: before(ago),
    attachments: [],
    ...rest,
  }));
}

const photo = (n: number, width: number, height: number) => ({
  id: conversationId(900 + n),
  name: `chip-${n}.jpg`,
  type: 'image/jpeg',
  size: 184_000,
  width,
  height,
  url: `/art/${n}.svg`,
});
const file = {
  id: conversationId(950),
  name: 'Return-label-for-order-1001-Clay-and-Co.pdf',
  type: 'application/pdf',
  size: 84_000,
  url: '/label.pdf',
};

/** Everything that can stand in a thread, in a believable talk about a bowl. */
export const fullLog = (n: number): Message[] =>
  log(n, [
    {
      by: 'buyer',
      ago: 8 * day,
      text: 'Hi! I keep coming back to this bowl, the speckled glaze is beautiful.',
    },
    {
      by: 'buyer',
      ago: 8 * day - minute,
      text: 'Is it safe for the microwave and the dishwasher? We would use it every day.',
    },
    { by: 'me', ago: 8 * day - 8 * minute, text: 'Yes, completely microwave and dishwasher safe!' },
    {
      by: 'me',
      ago: 8 * day - 9 * minute,
      text: 'It’s fired at 1,240 °C, so the glaze is as hard as glass. More on that here: https://kilnandlens.example/care/stoneware, and <b>that</b> is no markup.',
      editedAt: before(8 * day - 12 * minute),
    },
    {
      by: 'system',
      kind: 'notice',
      ago: 7 * day,
      text: 'Order 1001 was paid',
      notice: { type: 'order.updated', orderId: 'o-1', number: '1001', status: 'paid' },
    },
    {
      by: 'colleague',
      ago: day + 5 * minute,
      text: 'Packed this morning, John. The courier collects at three.',
    },
    {
      by: 'system',
      kind: 'notice',
      ago: day,
      text: 'Order 1001 was shipped',
      notice: { type: 'order.updated', orderId: 'o-1', number: '1001', status: 'shipped' },
    },
    { by: 'buyer', ago: day - 30 * minute, text: 'Wonderful, thank you both.' },
    { by: 'buyer', ago: day - 31 * minute, text: '', redactedAt: before(day - 40 * minute) },
    {
      by: 'buyer',
      ago: 40 * minute,
      text: 'It arrived, and it’s lovely. Is this spot on the rim part of the glaze, or a chip?',
      attachments: [photo(0, 800, 600)],
    },
    { by: 'buyer', ago: 39 * minute, text: 'No rush at all.', attachments: [file] },
    {
      by: 'moderator',
      ago: 30 * minute,
      text: 'Hello both, I’m Olivia. I’ve read along and I’m here to help.',
    },
    {
      by: 'me',
      ago: 20 * minute,
      text: 'Thank you for the picture. That is a chip, I’m sorry, it must have happened on the way.',
    },
  ]);

/** A thread of `count` short messages, for long histories. */
export const longLog = (n: number, count: number): Message[] =>
  log(
    n,
    Array.from({ length: count }, (_, index) => ({
      by: index % 5 < 2 ? ('buyer' as const) : ('me' as const),
      ago: (count - index) * 23 * minute,
      text: `Message number ${index + 1}${index % 7 === 0 ? ', and it says a little more than the others do, so that it takes a second line' : ''}`,
    })),
  );

export const arabicLog = (n: number): Message[] =>
  log(n, [
    { by: 'buyer', ago: 3 * day, text: 'مرحباً، هل هذا الإبريق متوفر باللون الأزرق الداكن؟' },
    { by: 'me', ago: 3 * day - 60 * minute, text: 'Yes, in two sizes. Here: https://clay.example/pots' },
    { by: 'buyer', ago: 2 * 60 * minute, text: 'شكراً جزيلاً، وصل الإبريق بحالة ممتازة' },
  ]);
