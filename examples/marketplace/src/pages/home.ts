import { categories, listings, type Category, type Listing } from '../shop/catalogue.ts';
import { euros } from '../shop/money.ts';
import { storeOf } from '../shop/people.ts';
import { html, type Html } from './html.ts';
import { layout, type Visit } from './layout.ts';

/** A price as a listing shows it: "from €690", "€45 an hour". */
export function priceOf(listing: Listing, format: (cents: number) => string = euros): Html {
  const before = listing.priceFrom && html`<small>from </small>`;
  const after = listing.priceFor !== undefined && html`<small> ${listing.priceFor}</small>`;
  return html`${before}${format(listing.price)}${after}`;
}

function card(visit: Visit, listing: Listing): Html {
  return html`<li class="card">
    <img src="/art/${listing.picture}.svg" alt="" width="272" height="218" />
    ${listing.tag !== undefined && html`<span class="tag">${listing.tag}</span>`}
    <h3><a href="${visit.base}/listings/${listing.id}">${listing.title}</a></h3>
    <p class="dim">${storeOf(listing.storeId).name}</p>
    <p class="price">${priceOf(listing)}</p>
  </li>`;
}

const intro = html`<section class="intro">
  <h1>Things made by hand, and the means to see them well</h1>
  <p>Pottery, cameras and lessons from small workshops. Ask the maker anything before you buy.</p>
</section>`;

/** The front page with all listings, or those of one category. */
export function homePage(visit: Visit, category?: Category): string {
  const shown = category ? listings.filter((listing) => listing.category === category) : listings;
  const heading = category ? categories[category] : 'All listings';
  return layout(visit, {
    title: category ? `${heading} · Kiln & Lens` : 'Kiln & Lens',
    ...(category && { category }),
    content: html`<main class="wrap">
      ${category ? html`<section class="intro"><h1>${heading}</h1></section>` : intro}
      <section aria-labelledby="all">
        <h2 class="vh" id="all">${category ? 'Listings' : heading}</h2>
        <ul class="grid">
          ${shown.map((listing) => card(visit, listing))}
        </ul>
      </section>
    </main>`,
  });
}
