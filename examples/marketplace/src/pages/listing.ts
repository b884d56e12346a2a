import { categories, type Listing } from '../shop/catalogue.ts';
import { exactEuros } from '../shop/money.ts';
import { isMember, storeOf } from '../shop/people.ts';
import { priceOf } from './home.ts';
import { html, type Html } from './html.ts';
import { layout, type Visit } from './layout.ts';

function buyWord(listing: Listing): string {
  if (listing.service) return 'Book and pay';
  return listing.category === 'made-to-order' ? 'Order' : 'Buy now';
}

/** Parley's button and dialog; the rest of the page is the shop's own. */
function contactButton(listing: Listing): Html {
  return html`<parley-contact
    listing-id="${listing.id}"
    questions="${JSON.stringify(listing.questions)}"
  ></parley-contact>`;
}

function actions(visit: Visit, listing: Listing): Html {
  const { person } = visit.persona;
  if (isMember(person.id, listing.storeId))
    return html`<p class="note">
      This is your own listing. <a href="${visit.base}/messages">Your messages</a> are where buyers ask about
      it.
    </p>`;
  return html`<div class="buy">
    <form method="post" action="${visit.base}/listings/${listing.id}/buy">
      <button class="cta main">${buyWord(listing)}</button>
    </form>
    ${contactButton(listing)}
  </div>`;
}

/** A listing's page. */
export function listingPage(visit: Visit, listing: Listing): string {
  const store = storeOf(listing.storeId);
  return layout(visit, {
    title: `${listing.title} · Kiln & Lens`,
    category: listing.category,
    content: html`<main class="wrap">
      <nav class="crumbs dim" aria-label="Breadcrumbs">
        <a href="${visit.base}/">Kiln &amp; Lens</a> /
        <a href="${visit.base}/categories/${listing.category}">${categories[listing.category]}</a>
      </nav>
      <div class="listing">
        <img class="big" src="/art/${listing.picture}.svg" alt="${listing.alt}" width="640" height="480" />
        <div>
          <h1>${listing.title}</h1>
          <p class="price">${priceOf(listing, exactEuros)} <small>including VAT</small></p>
          ${actions(visit, listing)}
          <div class="seller">
            <span class="logo ${store.id}" aria-hidden="true">${store.name.charAt(0)}</span>
            <p><b>${store.name}</b><span class="dim">${store.place}</span></p>
          </div>
          <div class="text">${listing.text.map((paragraph) => html`<p>${paragraph}</p>`)}</div>
          <dl>
            ${listing.facts.map(
              ([name, value]) =>
                html`<dt>${name}</dt>
                  <dd>${value}</dd>`,
            )}
          </dl>
        </div>
      </div>
    </main>`,
  });
}
