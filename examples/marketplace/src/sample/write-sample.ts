import type { Parley } from '../parley.ts';
import { findListing, type Listing } from '../shop/catalogue.ts';
import { people, storeOf, type Person } from '../shop/people.ts';
import type { Shop } from '../shop/shop.ts';
import type { ShopState } from '../shop/shop-state.ts';
import { sampleConversations, type Event, type SampleConversation } from './conversations.ts';

interface Options {
  readonly parley: Parley;
  readonly shop: Shop;
  readonly state: ShopState;
}

/** Where a sample conversation has come to; there is none before its first word. */
interface Place {
  readonly buyer: Person;
  readonly listing: Listing;
  readonly conversationId: string | null;
}

function personOf(id: string): Person {
  const person = people.find((each) => each.id === id);
  if (!person) throw new Error(`The sample speaks of ${id}, who is nobody`);
  return person;
}

function listingOf(id: string): Listing {
  const listing = findListing(id);
  if (!listing) throw new Error(`The sample speaks of ${id}, which is no listing`);
  return listing;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Reads one field of an answer that must be an object. */
function field(answer: unknown, name: string): unknown {
  if (!isRecord(answer) || !(name in answer)) throw new Error(`Parley's answer has no ${name}`);
  return answer[name];
}

/**
 * Writes the sample conversations, once in a shop's life, through the API as anybody would: `Parley-As` says who speaks. Begun and
 * interrupted, the next start completes it: each text has a fixed `clientId`, so that none is there twice.
 */
export async function writeSample({ parley, shop, state }: Options): Promise<void> {
  if (state.data.sampled) return;
  for (const sample of sampleConversations) {
    const conversationId = await play(sample);
    await read(sample, conversationId);
  }
  await state.update((data) => ({ ...data, sampled: true }));

  async function play({ buyer, listing, events }: SampleConversation): Promise<string> {
    let place: Place = { buyer: personOf(buyer), listing: listingOf(listing), conversationId: null };
    for (const [at, event] of events.entries())
      place = await happen(place, event, `sample-${buyer}-${listing}-${at}`);
    if (place.conversationId === null) throw new Error(`Nobody says anything about ${listing}`);
    return place.conversationId;
  }

  async function happen(place: Place, event: Event, clientId: string): Promise<Place> {
    if ('says' in event)
      return { ...place, conversationId: await say(place, event.by, event.says, clientId) };
    if ('bought' in event) await buy(place, event.bought);
    else await mark(place, event.by, event.marks);
    return place;
  }

  async function say(place: Place, by: string, text: string, clientId: string): Promise<string> {
    const { conversationId, listing } = place;
    if (conversationId !== null) {
      await parley.call('POST', `/conversations/${conversationId}/messages`, { text, clientId }, by);
      return conversationId;
    }
    const opened = await parley.call('POST', '/conversations', { listingId: listing.id, text, clientId }, by);
    return String(field(field(opened, 'conversation'), 'id'));
  }

  function orderOf({ buyer, listing }: Place) {
    return state.data.orders.find((order) => order.buyerId === buyer.id && order.listingId === listing.id);
  }

  async function buy(place: Place, daysAgo: number): Promise<void> {
    if (orderOf(place)) return;
    await shop.buy(place.buyer, place.listing, new Date(Date.now() - daysAgo * 86_400_000));
  }

  async function mark(place: Place, by: string, status: string): Promise<void> {
    const order = orderOf(place);
    if (order) await shop.step(personOf(by), order.id, status);
  }

  /** Everybody has read all of it, but those of whom the sample says otherwise. */
  async function read(sample: SampleConversation, conversationId: string): Promise<void> {
    const { members } = storeOf(listingOf(sample.listing).storeId);
    const readers = [sample.buyer, ...members].filter((id) => !sample.unreadBy?.includes(id));
    for (const id of readers) {
      const conversation = await parley.call('GET', `/conversations/${conversationId}`, undefined, id);
      const seq = field(conversation, 'lastSeq');
      await parley.call('PUT', `/conversations/${conversationId}/read`, { seq }, id);
    }
  }
}
