import { html } from './html.ts';
import { layout, type Visit } from './layout.ts';

/** What the shop says where it has nothing. */
export function notFoundPage(visit: Visit): string {
  return layout(visit, {
    title: 'Not found · Kiln & Lens',
    content: html`<main class="wrap">
      <section class="intro">
        <h1>There is nothing here</h1>
        <p>
          The page may have moved, or the address has a typo. <a href="${visit.base}/">Back to the shop</a>
        </p>
      </section>
    </main>`,
  });
}
