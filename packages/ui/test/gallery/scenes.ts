import type { OutboxItem } from '@parley/client';
import { problems } from '@parley/protocol';
import type { Scene } from './fixture-world.ts';
import {
  arabicLog,
  before,
  conversation,
  conversationId,
  fullLog,
  log,
  longLog,
  type Sketch,
} from './fixture-data.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const john: Sketch = {
  n: 1,
  buyer: 'John D.',
  listing: 'Pottery Bowl',
  said: 'You: Thank you for the picture. That is a chip, I’m sorry, it must have happened on the way.',
  ago: 20_000,
  change: {
    lastSeq: 13,
    others: [{ userId: 'buyer-1', readSeq: 11 }],
    seat: { side: 'store', readSeq: 13, unread: 0, muted: false, archived: false },
    orders: [
      {
        id: 'o-1',
        number: '1001',
        status: 'shipped',
        total: { amount: 4200, currency: 'EUR' },
        url: '/order',
        placedAt: before(8 * day),
      },
      {
        id: 'o-0',
        number: '0862',
        status: 'delivered',
        total: { amount: 3800, currency: 'EUR' },
        url: null,
        placedAt: before(260 * day),
      },
    ],
  },
};

const sketches: Sketch[] = [
  john,
  {
    n: 2,
    buyer: 'Amara Osei',
    listing: '50 stoneware mugs, custom order',
    said: 'Could the logo go on the inside of the handle instead? I’ve attached the file again.',
    ago: 4 * minute,
    unread: 2,
  },
  {
    n: 3,
    store: 'Northlight Cameras',
    listing: '50 mm f/1.8 lens',
    said: 'It’s in very good shape: clean glass, no fungus, and the aperture blades are dry.',
    ago: 18 * minute,
    unread: 1,
  },
  {
    n: 4,
    buyer: 'Mateusz Wiśniewski',
    listing: 'Dinner plates, set of four',
    said: 'The parcel still hasn’t arrived, tracking says “delivered” since Tuesday',
    ago: hour,
    unread: 1,
  },
  {
    n: 5,
    store: 'Ines Carvalho',
    listing: 'Piano lesson, 60 minutes',
    said: 'You: Thursday at 17:30 suits us. She has played for two years.',
    ago: 2 * hour,
  },
  {
    n: 6,
    buyer: 'Clara Becker',
    listing: 'Throwing class for beginners',
    said: 'Is there a place left on Saturday?',
    ago: 7 * hour,
  },
  {
    n: 7,
    buyer: 'ليلى حداد',
    listing: 'Blue teapot',
    said: 'شكراً جزيلاً، وصل الإبريق بحالة ممتازة',
    ago: 9 * hour,
  },
  {
    n: 8,
    store: 'Studio Halden',
    listing: 'Portrait session, two hours',
    said: 'You: Lovely, see you on the 28th then.',
    ago: day,
    change: { seat: { side: 'buyer', readSeq: 12, unread: 0, muted: true, archived: false } },
  },
  {
    n: 9,
    buyer: 'Maximilian-Alexander von Hohenberg-Lichtenstein',
    listing: 'Tall vase with a hand-carved band, terracotta, about 32 cm, second choice',
    said: 'Would you ship to Liechtenstein? And is it watertight?',
    ago: day + hour,
  },
  {
    n: 10,
    buyer: 'Priya N.',
    listing: 'Stoneware mug, set of two',
    said: 'You: ',
    ago: 3 * day,
  },
  {
    n: 11,
    store: 'Filmlab Porto',
    listing: 'Colour film, five rolls',
    picture: null,
    ago: 12 * day,
    change: {
      lastMessage: {
        seq: 12,
        kind: 'text',
        text: '',
        author: { side: 'store', userId: 'seller' },
        createdAt: before(12 * day),
        attachmentTypes: ['image/jpeg', 'image/png'],
      },
    },
  },
  {
    n: 12,
    buyer: 'Tom Abernathy',
    listing: 'Pottery Bowl',
    picture: '/art/missing.svg',
    said: 'You: I’m sorry, that glaze is sold out until spring.',
    ago: 400 * day,
  },
];

const conversations = () => sketches.map(conversation);
const logs = { [conversationId(1)]: fullLog(1), [conversationId(7)]: arabicLog(7) };

const waiting = (
  state: OutboxItem['state'],
  text: string,
  problem: OutboxItem['problem'] = null,
): OutboxItem => ({
  clientId: `${state}-${text.length}`,
  conversationId: conversationId(1),
  text,
  attachments: [],
  createdAt: before(10_000),
  state,
  problem,
});
const refused = {
  type: '/problems/too-many',
  ...problems['too-many'],
  detail: 'You have sent many messages in a short time. Wait a minute, then try again.',
};
const offer = 'I can throw you a new one this week, or refund it in full. Which would you like better?';

const withJohn = (change: Partial<Sketch['change']>): Scene => ({
  conversations: [
    conversation({ ...john, change: { ...john.change, ...change } }),
    ...conversations().slice(1),
  ],
  logs,
});

const longNames: Sketch = {
  n: 1,
  buyer:
    'Maximilian-Alexander Donaudampfschifffahrtsgesellschaftskapitän von Hohenberg-Lichtenstein zu Unterwaldhausen',
  listing:
    'Tallvasewithahandcarvedbandterracottaabout32cmsecondchoice, and then also a set of four plates that go with it, in blue or in green',
  said: 'https://example.com/a/very/long/address/that/goes/on/and/on/without/any/place/where/it/could/break',
};

/** A scene whose heads agree with its logs: the last number is the log's, and what is unread is its end. */
function agreeing(scene: Scene): Scene {
  const conversations = scene.conversations.map((each) => {
    const lastSeq = scene.logs?.[each.id]?.at(-1)?.seq ?? each.lastSeq;
    const readSeq = each.seat.unread > 0 ? Math.min(each.seat.readSeq, lastSeq - each.seat.unread) : lastSeq;
    return { ...each, lastSeq, seat: { ...each.seat, readSeq } };
  });
  return { ...scene, conversations };
}

/** A scene by its name; with `messages`, as many stand in its first conversation, all of them loaded. */
export function sceneNamed(name: string, messages = 0): { scene: Scene; open: number | null } {
  const made = scenes[name]?.();
  if (!made) throw new Error(`There is no scene ${name}`);
  const long = {
    logs: { ...made.scene.logs, [conversationId(1)]: longLog(1, messages) },
    pageSize: messages,
  };
  return { ...made, scene: agreeing(messages > 0 ? { ...made.scene, ...long } : made.scene) };
}

/** Every state worth a picture, by name. `open` is the conversation that is open at first. */
export const scenes: Record<string, () => { scene: Scene; open: number | null }> = {
  list: () => ({ scene: { conversations: conversations(), logs }, open: null }),
  thread: () => ({
    scene: {
      conversations: conversations(),
      logs,
      outbox: [waiting('failed', offer, refused)],
      typing: { [conversationId(1)]: ['buyer-1'] },
      present: { [conversationId(1)]: ['buyer-1'] },
    },
    open: 1,
  }),
  calm: () => ({ scene: { conversations: conversations(), logs }, open: 1 }),
  unread: () => ({
    scene: withJohn({ seat: { side: 'store', readSeq: 9, unread: 2, muted: false, archived: false } }),
    open: 1,
  }),
  offline: () => ({
    scene: {
      conversations: conversations(),
      logs,
      outbox: [waiting('waiting', offer)],
      connection: { status: 'offline', retryIn: 4000 },
    },
    open: 1,
  }),
  loading: () => ({
    scene: { conversations: conversations(), inbox: 'loading', thread: 'loading' },
    open: 1,
  }),
  failing: () => ({ scene: { conversations: [], inbox: 'error' }, open: null }),
  missing: () => ({ scene: { conversations: conversations(), logs, thread: 'error' }, open: 1 }),
  empty: () => ({ scene: { conversations: [] }, open: null }),
  little: () => ({
    scene: {
      conversations: [
        conversation({ n: 1, buyer: 'John D.', listing: 'Pottery Bowl', said: 'Hi!', unread: 1 }),
      ],
      logs: {
        [conversationId(1)]: log(1, [{ by: 'buyer', ago: minute, text: 'Hi! Is this still available?' }]),
      },
    },
    open: 1,
  }),
  lots: () => ({
    scene: {
      conversations: Array.from({ length: 5000 }, (_, index) =>
        conversation({
          n: index + 1,
          buyer: `Buyer ${index + 1}`,
          listing: `Listing ${index + 1}`,
          said: `Question ${index + 1}`,
          ago: (index + 1) * 11 * minute,
        }),
      ),
      logs: { [conversationId(1)]: longLog(1, 400) },
    },
    open: 1,
  }),
  names: () => ({
    scene: {
      conversations: [conversation(longNames), ...conversations().slice(1)],
      logs: {
        [conversationId(1)]: log(1, [
          { by: 'buyer', ago: hour, text: `${longNames.said ?? ''} ${'Wort'.repeat(60)}` },
          { by: 'me', ago: 30 * minute, text: 'x'.repeat(300) },
        ]),
      },
    },
    open: 1,
  }),
  arabic: () => ({ scene: { conversations: conversations(), logs }, open: 7 }),
  locked: () => ({ scene: withJohn({ status: 'locked' }), open: 1 }),
  blocked: () => ({ scene: withJohn({ blocked: 'by-me' }), open: 1 }),
};
