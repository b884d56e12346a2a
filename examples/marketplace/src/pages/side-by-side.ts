import { html } from './html.ts';
import { document } from './layout.ts';

/** Buyer and seller in two panes of one window, each signed in as themselves: what one writes, the other sees at once. */
export function sideBySidePage(): string {
  return document({
    title: 'Side by side · Kiln & Lens',
    class: 'both',
    body: html`<header class="demo">
        <div class="wrap">
          <h1>Buyer and seller, side by side</h1>
          <a class="link apart" href="/">Back to the shop</a>
        </div>
      </header>
      <main class="panes">
        <section aria-labelledby="left">
          <h2 id="left" class="john"><i></i>John <small>buyer</small></h2>
          <iframe src="/as/john/listings/bowl" title="The shop as John sees it"></iframe>
        </section>
        <section aria-labelledby="right">
          <h2 id="right" class="sarah"><i></i>Sarah <small>Clay &amp; Co</small></h2>
          <iframe src="/as/sarah/messages" title="The shop as Sarah sees it"></iframe>
        </section>
      </main>`,
  });
}
