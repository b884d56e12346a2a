import type { Parley } from '../parley.ts';
import { findListing, listings, type Listing } from './catalogue.ts';
import { takeStep, type Order } from './orders.ts';
import { isMember, people, stores, type Person } from './people.ts';
import type { ShopState } from './shop-state.ts';

export interface ShopOptions {
  readonly parley: Parley;
  readonly state: ShopState;
  /** Takes a line for the operator. */
  readonly warn: (line: string) => void;
}

export type Shop = ReturnType<typeof createShop>;

/** What the shop does. Whatever Parley mirrors is told to it right after the shop has written it down. */
export function createShop({ parley, state, warn }: ShopOptions) {
  /** The shop sells on while Parley cannot be reached; `syncAll` tells it later. */
  async function tellParley(order: Order): Promise<void> {
    try {
      await parley.putOrder(order);
    } catch (error) {
      warn(
        `Order ${order.number} is not known to Parley yet: ${error instanceof Error ? error.message : ''}`,
      );
    }
  }

  const isSeller = (person: Person, order: Order) => {
    const listing = findListing(order.listingId);
    return listing !== undefined && isMember(person.id, listing.storeId);
  };

  return {
    /** Tells Parley all that there is, in the order in which one thing refers to another. */
    async syncAll(): Promise<void> {
      await Promise.all(people.map(parley.putPerson));
      await Promise.all(stores.map(parley.putStore));
      await Promise.all(listings.map(parley.putListing));
      await Promise.all(state.data.orders.map(parley.putOrder));
    },

    /** Buys one listing; payment is not part of the demo, so the order is paid at once. */
    async buy(buyer: Person, listing: Listing, placedAt = new Date()): Promise<Order> {
      let placed: Order | undefined;
      await state.update((data) => {
        const number = String(1001 + data.orders.length);
        placed = {
          id: `o-${number}`,
          number,
          listingId: listing.id,
          buyerId: buyer.id,
          status: 'paid',
          total: listing.price,
          placedAt: placedAt.toISOString(),
        };
        return { ...data, orders: [...data.orders, placed] };
      });
      if (!placed) throw new Error('The order was not written down');
      await tellParley(placed);
      return placed;
    },

    /** A seller's step with an order of their store's. Null where it is not theirs, or the step not possible. */
    async step(seller: Person, orderId: string, to: string): Promise<Order | null> {
      const taken: Order[] = [];
      await state.update((data) => {
        const orders = data.orders.map((order) => {
          if (order.id !== orderId || !isSeller(seller, order)) return order;
          const next = takeStep(order, to, findListing(order.listingId)?.service ?? false);
          if (next) taken.push(next);
          return next ?? order;
        });
        return { ...data, orders };
      });
      const [changed] = taken;
      if (changed) await tellParley(changed);
      return changed ?? null;
    },

    /** The orders that concern somebody, newest first; the owner sees all. */
    ordersOf(person: Person): readonly Order[] {
      const concerns = (order: Order) =>
        person.role === 'owner' || order.buyerId === person.id || isSeller(person, order);
      return state.data.orders.filter(concerns).reverse();
    },
  };
}
