import { findListing, type Listing } from '../shop/catalogue.ts';
import { exactEuros } from '../shop/money.ts';
import { nextSteps, statusWord, type Order } from '../shop/orders.ts';
import { isMember, nameOf, storeOf } from '../shop/people.ts';
import { html, type Html } from './html.ts';
import { layout, type Visit } from './layout.ts';

const dates = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });

function steps(visit: Visit, order: Order, listing: Listing): Html | false {
  if (!isMember(visit.persona.person.id, listing.storeId)) return false;
  const next = nextSteps(order.status, listing.service ?? false);
  return html`<form class="steps" method="post" action="${visit.base}/orders/${order.id}">
    ${next.map(
      ({ to, label }, at) =>
        html`<button
          class="cta${at === 0 && to !== 'refunded' && ' main'}"
          name="status"
          value="${to}"
          aria-label="${label}: order ${order.number}"
        >
          ${label}
        </button>`,
    )}
  </form>`;
}

function row(visit: Visit, order: Order, placed: string | undefined): Html | false {
  const listing = findListing(order.listingId);
  if (!listing) return false;
  const { person } = visit.persona;
  const seller = isMember(person.id, listing.storeId);
  const who =
    order.buyerId === person.id ? `from ${storeOf(listing.storeId).name}` : `by ${nameOf(order.buyerId)}`;
  return html`<li class="order" id="${order.id}">
    <img src="/art/${listing.picture}.svg" alt="" width="96" height="72" />
    <div>
      ${order.number === placed && html`<p class="thanks" role="status">Thank you. Your order is paid.</p>`}
      <h2><a href="${visit.base}/listings/${listing.id}">${listing.title}</a></h2>
      <p class="dim">
        Order ${order.number} ${who} · ${dates.format(new Date(order.placedAt))} · ${exactEuros(order.total)}
      </p>
      <p class="status ${order.status}">${statusWord(order.status, listing.service ?? false)}</p>
    </div>
    ${seller && steps(visit, order, listing)}
  </li>`;
}

function emptyNote(visit: Visit): Html {
  return html`<p class="note">
    There are no orders yet. <a href="${visit.base}/">Look around the shop</a>: buying costs nothing here.
  </p>`;
}

/**
 * The orders that concern the visitor, newest first: what they bought, what their store sold, and all of them for the owner.
 * `placed` is the number of the one that has just been placed.
 */
export function ordersPage(visit: Visit, orders: readonly Order[], placed: string | undefined): string {
  return layout(visit, {
    title: 'Orders · Kiln & Lens',
    content: html`<main class="wrap">
      <section class="intro"><h1>Orders</h1></section>
      ${
        orders.length === 0
          ? emptyNote(visit)
          : html`<ul class="orders">
              ${orders.map((order) => row(visit, order, placed))}
            </ul>`
      }
    </main>`,
  });
}
