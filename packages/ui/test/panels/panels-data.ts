import type {
  AuditItem,
  Message,
  ModerationConversation,
  ModerationConversationDetail,
} from '@parley/protocol';
import { before, conversationId, log } from '../gallery/fixture-data.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

type Row = [
  buyer: string,
  store: string,
  listing: string,
  text: string,
  change?: Partial<ModerationConversation>,
];

const rows: readonly Row[] = [
  [
    'Marta Kowalczyk',
    'Optik Nord',
    'Helios 44-2, 58 mm f/2, serviced',
    'If the lens is still here on Friday I can cancel and send it by bank transfer, my number is •••',
    { flags: ['payment', 'phone'] },
  ],
  [
    'Dmitri Sokolov',
    'Lumen Lessons',
    'Spanish for travellers, ten lessons',
    'A bank transfer is faster, just read me the six-digit code that they send',
    { flags: ['scam', 'payment'] },
  ],
  [
    'Maria-Magdalena von Hohenstein-Wittgenbach',
    'Retro Glass & Lighting Company',
    'Brass reading lamp with green shade and a replacement bulb, tested and rewired in 2024',
    'My courier brings the box and you pay him the deposit by bank transfer, then he leaves',
    { status: 'locked', flags: ['scam', 'url'] },
  ],
  [
    'John D.',
    'Clay & Co',
    'Pottery bowl, speckled white, 18 cm',
    'Did my bank transfers arrive? The order page still says paid, no date.',
    { orders: [{ id: 'o-1', number: '1001', status: 'delivered', total: null, url: null, placedAt: null }] },
  ],
  [
    'Chiara Bassi',
    'Kiln Street Studio',
    'Blue crackle vase, tall',
    'Possiamo fare con un bonifico, un bank transfer, e ci togliamo il pensiero',
    { flags: ['payment'] },
  ],
  [
    'Noah Feldmann',
    'Atelier Moreau',
    'Handwoven wool rug, 120 × 180',
    'There is no bank transfer please, I prefer that it stays on here',
  ],
  [
    'Aylin Demir',
    'Optik Nord',
    'Film camera body, tested, with strap',
    'The refund by bank transfer came through, thank you',
    { status: 'closed', reports: 1, flags: ['report'] },
  ],
  [
    'Oskar Lind',
    'Valve & Vinyl',
    'Jazz box set, five records',
    'If you do three boxes I take a bank transfer and pick them up',
    { flags: ['payment', 'handle'] },
  ],
  ['ليلى حداد', 'Clay & Co', 'إبريق فخاري أزرق', 'هل يمكنني الدفع عبر bank transfer عند الاستلام؟'],
  [
    'Priya Raman',
    'Clay & Co',
    'Set of four ramen bowls',
    'The school pays by bank transfer, can the invoice say so?',
  ],
];

/** Conversations as the moderators' list shows them; with `q` each has its hit. */
export function moderationRows(q: string | undefined): ModerationConversation[] {
  return rows.map(([buyer, store, listing, text, change], n) => {
    const start = q === undefined ? -1 : text.toLowerCase().indexOf(q.toLowerCase());
    return {
      id: conversationId(n + 1),
      status: 'open',
      createdAt: before(30 * day),
      lastSeq: 31,
      listing: {
        id: `listing-${n}`,
        title: listing,
        url: null,
        imageUrl: n === 5 ? null : `/art/${n}.svg`,
        price: { amount: 4200, currency: 'EUR' },
      },
      orders: [],
      buyer: { id: `buyer-${n}`, name: buyer, avatarUrl: null },
      store: { id: `store-${n}`, name: store, imageUrl: null },
      lastActivityAt: before((n + 1) * (n + 1) * 40 * minute),
      flags: [],
      reports: 0,
      hit: start < 0 || q === undefined ? null : { seq: 13, excerpt: text, start, end: start + q.length },
      ...change,
    };
  });
}

/** The newest messages of every conversation of the fixture, from `seq` 15 on. */
export const privateText = 'I only want to know whether the twenty euro stand.';

export const moderationMessages = (): Message[] =>
  log(1, [
    { by: 'system', kind: 'notice', ago: 12 * day, text: 'Order 1001 was paid, €42.00' },
    { by: 'me', ago: 12 * day - 20 * minute, text: 'Thank you Priya! It goes out on Friday, double boxed.' },
    { by: 'system', kind: 'notice', ago: 7 * day, text: 'Order 1001 was delivered' },
    {
      by: 'buyer',
      ago: 7 * day - hour,
      text: 'It came open on one side and the rim has a chip of about a centimetre. Photos here.',
      attachments: [
        { id: conversationId(900), name: 'rim-1.jpg', type: 'image/jpeg', size: 184_000, url: '/art/1.svg' },
      ],
    },
    {
      by: 'me',
      ago: 6 * day,
      text: 'Oh no. A chip can happen on this glaze, we sand them.\nWould you keep it for something off?',
    },
    {
      by: 'buyer',
      ago: 6 * day - hour,
      text: 'I’d take half off. Otherwise please tell me how to send it back.',
      editedAt: before(6 * day - hour),
    },
    { by: 'buyer', kind: 'edit', ago: 6 * day - hour, target: 20 },
    { by: 'me', ago: 5 * day, text: '', redactedAt: before(5 * day) },
    { by: 'me', kind: 'redaction', ago: 5 * day, target: 22 },
    { by: 'me', ago: 4 * day, text: 'Write to me at ••• so that we can talk', masked: true },
    { by: 'buyer', ago: 3 * hour, text: `Four days without a word. ${privateText}` },
    {
      by: 'moderator',
      ago: 2 * hour,
      text: 'Hello both, I have read from the delivery on. Sarah, could you answer Priya’s offer by Wednesday?',
    },
  ]).map((message) => ({ ...message, seq: message.seq + 14 }));

/** What the service answers for one conversation once a reason is given. */
export function moderationDetail(id: string): ModerationConversationDetail {
  const row = moderationRows(undefined).find((each) => each.id === id) ?? moderationRows(undefined)[0];
  if (!row) throw new Error('The fixture has no rows');
  const { flags: _flags, reports: _reports, hit: _hit, ...head } = row;
  return {
    ...head,
    participants: [
      { userId: 'buyer-1', name: 'Priya Raman', side: 'buyer', readSeq: 26 },
      { userId: 'sarah', name: 'Sarah', side: 'store', readSeq: 24 },
      { userId: 'marta', name: 'Marta', side: 'store', readSeq: 0 },
    ],
    reports: [
      {
        id: conversationId(801),
        at: before(2.5 * hour),
        reporter: 'buyer-1',
        seq: null,
        reason: 'other',
        text: 'does not answer',
      },
      {
        id: conversationId(802),
        at: before(2.4 * hour),
        reporter: 'sarah',
        seq: 25,
        reason: 'harassment',
        text: '',
      },
    ],
  };
}

const records: readonly Partial<AuditItem>[] = [
  { action: 'conversation.read', reason: 'report', conversationId: conversationId(1) },
  { action: 'conversations.search', note: 'q: bank transfer' },
  {
    action: 'conversation.read',
    reason: 'support: ticket 4711, the buyer asked why her refund is late',
    conversationId: conversationId(3),
  },
  { action: 'user.erased', actor: 'api-key', userId: 'u-20418', note: 'Asked for by the person' },
  { action: 'messages.read', reason: 'Because the police asked for it', conversationId: conversationId(4) },
];

export const auditItems = (): AuditItem[] =>
  records.map((record, n) => ({
    id: conversationId(700 + n),
    at: before((n + 1) * 47 * minute),
    actor: 'olivia',
    action: 'conversation.read',
    ...record,
  }));
