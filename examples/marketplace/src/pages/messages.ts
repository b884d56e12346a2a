import { html } from './html.ts';
import { layout, type Visit } from './layout.ts';

/** Parley's inbox inside of the shop's own page. It keeps which conversation is open in the address, as `?conversation=`. */
export function messagesPage(visit: Visit): string {
  return layout(visit, {
    title: 'Messages · Kiln & Lens',
    full: true,
    content: html`<main class="messages">
      <h1 class="vh">Messages</h1>
      <parley-inbox count-in-title></parley-inbox>
    </main>`,
  });
}
