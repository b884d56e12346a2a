import { SignJWT } from 'jose';
import type { Listing } from './shop/catalogue.ts';
import type { Order } from './shop/orders.ts';
import type { Person, Store } from './shop/people.ts';

/*
 * The whole of the shop's integration with Parley: this file, the route `/parley-token`, and the elements in the pages.
 *
 *   1. Tell Parley who and what there is: people, stores, listings, orders. At the start, and whenever one changes.
 *   2. Sign a token that says who the visitor is. The browser hands it to Parley; there is no second password.
 *   3. Put the elements where they belong: <parley-contact>, <parley-unread>, <parley-inbox>.
 */

/** What a marketplace knows of its Parley: its address, and the two secrets that both of them keep. */
export interface ParleySettings {
  /** The service's address for this back end, without a slash at the end. */
  readonly url: string;
  /** PARLEY_API_KEY: lets this back end call everything. Never sent to a browser. */
  readonly apiKey: string;
  /** PARLEY_SECRET: signs user tokens. Never sent to a browser. */
  readonly secret: string;
  /** The shop's own address, for pictures in emails and links back to listings and orders. */
  readonly shopUrl: string;
}

/** Minutes that a token is good for. Short: the browser fetches another one when it needs to. */
const tokenMinutes = 15;

export type Parley = ReturnType<typeof connectParley>;

/** The shop's side of Parley. Every `put…` may be called again at any time: the same thing twice changes nothing. */
export function connectParley({ url, apiKey, secret, shopUrl }: ParleySettings) {
  const key = new TextEncoder().encode(secret);

  /** Calls Parley's HTTP API as the back end, or for one person with `as`. Throws on any answer that is no success. */
  async function call(method: string, path: string, body?: unknown, as?: string): Promise<unknown> {
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(as !== undefined && { 'parley-as': as }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Parley answered ${method} ${path} with ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  const money = (cents: number) => ({ amount: cents, currency: 'EUR' });

  return {
    call,

    /** A person's account was made or changed. Their email address is where Parley tells them of new messages. */
    putPerson: ({ id, name, email, role }: Person) =>
      call('PUT', `/users/${id}`, { name, email, role: role ?? 'member' }),

    /** A store was opened, renamed, or its staff changed. */
    putStore: ({ id, name, members }: Store) => call('PUT', `/stores/${id}`, { name, members }),

    /** A listing was published or changed. Its picture is a PNG: mail programs show no SVG. */
    putListing: ({ id, storeId, title, picture, price }: Listing) =>
      call('PUT', `/listings/${id}`, {
        storeId,
        title,
        url: `${shopUrl}/listings/${id}`,
        imageUrl: `${shopUrl}/art/${picture}.png`,
        price: money(price),
        status: 'active',
      }),

    /** An order was placed, or its status changed: both sides see a notice in their conversation. */
    putOrder: ({ id, listingId, buyerId, number, status, total, placedAt }: Order) =>
      call('PUT', `/orders/${id}`, {
        listingId,
        buyerId,
        number,
        status,
        total: money(total),
        url: `${shopUrl}/orders#${id}`,
        placedAt,
      }),

    /** The token that says who the visitor is. Call it only for the person who is signed in at the shop. */
    signToken: ({ id, role }: Person) =>
      new SignJWT({ role: role ?? 'member' })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(id)
        .setIssuedAt()
        .setExpirationTime(`${tokenMinutes} minutes`)
        .sign(key),
  };
}
