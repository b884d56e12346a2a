import { personas, type Persona } from '../persona.ts';
import { html, type Html } from './html.ts';
import { mailIcon } from './icons.ts';

/** The demo's own bar: who the visitor is, and ways to what no real shop has. */
export function demoBar(persona: Persona, unreadMails: number): Html {
  return html`<aside class="demo" aria-label="Demo">
    <div class="wrap">
      <span class="say">You are</span>
      <nav class="who" aria-label="Person">
        ${personas.map(
          (each) =>
            html`<a
              class="${each.person.id}"
              href="/switch/${each.person.id}"
              ${each === persona && html`aria-current="true"`}
              ><i></i>${each.short} <small>${each.what}</small></a
            >`,
        )}
      </nav>
      <a class="link apart" href="/side-by-side">Side by side</a>
      <a class="link post" href="/mailbox"
        >${mailIcon}<span
          >Mailbox${unreadMails > 0 && html` (${unreadMails}<span class="vh"> unread</span>)`}</span
        ></a
      >
    </div>
  </aside>`;
}
