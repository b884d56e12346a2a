import { hash, pick, share, skewed } from './random.ts';
import { adjectives, firstNames, lastNames, sought, things } from './words.ts';

/** How much is generated. */
export interface Shape {
  readonly messages: number;
  readonly conversations: number;
  /** Conversations of the one big seller. */
  readonly seller: number;
  /** Messages, at least, of the longest conversation, which is the big seller's. */
  readonly longest: number;
}

/** The marketplace's people and goods, by their indexes; everything follows from the shape. */
export interface World {
  readonly shape: Shape;
  readonly buyers: number;
  readonly stores: number;
  readonly listings: number;
  /** Listings below this index are the big store's. */
  readonly bigListings: number;
  /** One text of so many holds the rare word, and one buyer of so many has the rare name. */
  readonly rareTexts: number;
  readonly rareNames: number;
  readonly closedShare: number;
  readonly reportedShare: number;
  readonly buyerName: (buyer: number) => string;
  readonly title: (listing: number) => string;
  readonly storeOf: (listing: number) => number;
}

/** Ids of the people that measurements speak as. */
export const bigSeller = 'seller-0';
export const moderator = 'moderator-0';

/**
 * Rare things are rarer in large data, but everywhere there are enough of them for a full page: a list of ten is read faster than one
 * of fifty, however large the data.
 */
function rarities({ messages, conversations }: Shape, buyers: number) {
  return {
    rareTexts: Math.min(50_000, Math.max(20, Math.floor(messages / 66))),
    rareNames: Math.min(20_000, Math.max(10, Math.floor(buyers / 24))),
    closedShare: Math.max(0.005, Math.min(0.1, 100 / conversations)),
    reportedShare: Math.max(0.003, Math.min(0.1, 100 / conversations)),
  };
}

export function createWorld(shape: Shape): World {
  const buyers = Math.max(20, Math.ceil(shape.conversations * 0.4));
  const stores = Math.max(4, Math.ceil(shape.conversations / 200));
  const listings = Math.max(20, Math.ceil(shape.conversations / 4));
  const { rareNames, ...rare } = rarities(shape, buyers);
  const bigListings = Math.max(10, Math.floor((listings * shape.seller) / shape.conversations));
  return {
    shape,
    buyers,
    stores,
    listings,
    bigListings,
    rareNames,
    ...rare,
    buyerName: (buyer) =>
      `${pick(firstNames, share(buyer, 1))} ${buyer % rareNames === 7 ? sought.rareName : pick(lastNames, share(buyer, 2))}`,
    title: (listing) =>
      `${pick(adjectives, share(listing, 3))} ${listing === bigListings - 1 ? sought.rareTitle : pick(things, share(listing, 4))} no. ${1 + (hash(listing, 5) % 9_000)}`,
    storeOf: (listing) => (listing < bigListings ? 0 : 1 + skewed(stores - 1, share(listing, 6))),
  };
}

/** People of a store: one, or two in every tenth. The first one writes. */
export function membersOf(store: number): string[] {
  return store % 10 === 3 ? [`seller-${store}`, `assistant-${store}`] : [`seller-${store}`];
}

/** An order's number, for the conversation that it came from. */
export function orderNumber(conversation: number): string {
  return `K-${100_000 + conversation}`;
}

export function storeName(store: number): string {
  return `${pick(lastNames, share(store, 7), 1)} ${pick(things, share(store, 8), 1)} workshop`;
}
