import { randomStream, share, skewed } from './random.ts';
import type { World } from './world.ts';

/** What became of each conversation, by its index, as the journal would have left it. */
export interface History {
  readonly listing: Int32Array;
  readonly buyer: Int32Array;
  readonly createdAt: Float64Array;
  readonly lastAt: Float64Array;
  readonly lastSeq: Int32Array;
  /** Index of the newest message among all. */
  readonly headMessage: Int32Array;
  readonly headSide: Uint8Array;
  /** Who wrote the newest text: 0 the buyer, 1 the store. */
  readonly textSide: Uint8Array;
  readonly askedAt: Float64Array;
  readonly answeredAt: Float64Array;
  readonly orderedAt: Float64Array;
  /** Per side: what came since the side wrote, and the `seq` of that. */
  readonly unread: readonly [Int32Array, Int32Array];
  readonly readSeq: readonly [Int32Array, Int32Array];
  /** Milliseconds. */
  readonly end: number;
}

/** Sides as numbers. */
export const buyerSide = 0;
export const storeSide = 1;
export const systemSide = 2;

/** A message as it comes, in the order of time. */
export interface Happening {
  readonly index: number;
  readonly conversation: number;
  readonly seq: number;
  readonly side: number;
  readonly at: number;
}

const span = 2 * 365 * 86_400_000;

export function createHistory(world: World, end: number): History {
  const count = world.shape.conversations;
  const integers = (): Int32Array => new Int32Array(count);
  const times = (): Float64Array => new Float64Array(count);
  return {
    listing: integers(),
    buyer: integers(),
    createdAt: times(),
    lastAt: times(),
    lastSeq: integers(),
    headMessage: integers(),
    headSide: new Uint8Array(count),
    textSide: new Uint8Array(count),
    askedAt: times(),
    answeredAt: times(),
    orderedAt: times(),
    unread: [integers(), integers()],
    readSeq: [integers(), integers()],
    end,
  };
}

/**
 * Lets two years happen: conversations begin at an even rate and go on mostly while they are young, as they do; the longest one goes
 * on throughout. Messages come in the order of time, so they lie on the disk as a running service would have put them.
 */
export function* happen(world: World, history: History): Generator<Happening> {
  const { messages, conversations, longest } = world.shape;
  const random = randomStream(messages);
  const opened = new Set<number>();
  const start = history.end - span;
  const everyLongest = Math.max(2, Math.floor(messages / (longest * 1.2)));
  let begun = 0;
  for (let index = 0; index < messages; index += 1) {
    const at = start + Math.floor((span * (index + 1)) / messages);
    const isNew = begun === 0 || index * conversations >= begun * messages;
    if (isNew) {
      open(world, history, begun, at, random, opened);
      begun += 1;
    }
    const isLongest = !isNew && index % everyLongest === 0;
    const conversation = isNew ? begun - 1 : isLongest ? 0 : chooseActive(begun, random, conversations);
    yield append(history, conversation, index, at, random());
  }
}

/** Every n-th conversation is the big seller's, so that all ages are among them; the first one is. */
function open(
  world: World,
  history: History,
  conversation: number,
  at: number,
  random: () => number,
  opened: Set<number>,
): void {
  const { seller, conversations } = world.shape;
  const isBig =
    Math.ceil(((conversation + 1) * seller) / conversations) >
    Math.ceil((conversation * seller) / conversations);
  for (let tries = 0; ; tries += 1) {
    const [first, count] = isBig
      ? [0, world.bigListings]
      : [world.bigListings, world.listings - world.bigListings];
    const power = tries < 20 ? 2 : 1;
    const listing = first + skewed(count, random(), power);
    const buyer = skewed(world.buyers, random(), power);
    const key = listing * world.buyers + buyer;
    if (opened.has(key)) continue;
    opened.add(key);
    history.listing[conversation] = listing;
    history.buyer[conversation] = buyer;
    history.createdAt[conversation] = at;
    return;
  }
}

/** Mostly a young one; of two candidates the livelier, so that some grow long and many stay short. */
function chooseActive(begun: number, random: () => number, conversations: number): number {
  const recent = random() < 0.95 ? Math.min(begun, Math.max(100, conversations / 50)) : begun;
  const one = begun - 1 - skewed(recent, random());
  const other = begun - 1 - skewed(recent, random());
  return share(one, 11) > share(other, 11) ? one : other;
}

function append(
  history: History,
  conversation: number,
  index: number,
  at: number,
  random: number,
): Happening {
  const seq = (history.lastSeq[conversation] ?? 0) + 1;
  const side = sideOf(history, conversation, seq, random);
  history.lastSeq[conversation] = seq;
  history.lastAt[conversation] = at;
  history.headMessage[conversation] = index;
  history.headSide[conversation] = side;
  if (side === systemSide) history.orderedAt[conversation] = at;
  else {
    history.textSide[conversation] = side;
    if (side === buyerSide) history.askedAt[conversation] ||= at;
    else history.answeredAt[conversation] ||= at;
  }
  for (const reader of [buyerSide, storeSide] as const) {
    if (reader === side) {
      history.unread[reader][conversation] = 0;
      history.readSeq[reader][conversation] = seq;
    } else history.unread[reader][conversation] = (history.unread[reader][conversation] ?? 0) + 1;
  }
  return { index, conversation, seq, side, at };
}

/** The buyer begins; then the other one mostly answers; in every seventh the buyer has ordered by the fourth message. */
function sideOf(history: History, conversation: number, seq: number, random: number): number {
  if (seq === 1) return buyerSide;
  if (seq === 4 && share(conversation, 12) < 0.15) return systemSide;
  const last = history.textSide[conversation] ?? buyerSide;
  return random < 0.7 ? 1 - last : last;
}
