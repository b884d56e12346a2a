import type { Persona } from '../persona.ts';
import { categories, type Category } from '../shop/catalogue.ts';
import { demoBar } from './demo-bar.ts';
import { html, type Child, type Html } from './html.ts';
import { chatIcon, mark, ordersIcon, shieldIcon } from './icons.ts';

/** Who looks at a page, and how they came to it. */
export interface Visit {
  readonly persona: Persona;
  /** Where this visitor's pages stand: '' for the shop itself, `/as/john` in a pane of the page with both sides. */
  readonly base: string;
  /** Mails in the demo's mailbox that nobody has opened. */
  readonly unreadMails: number;
}

export interface Page {
  readonly title: string;
  readonly content: Html;
  /** The category whose link is marked in the header. */
  readonly category?: Category;
  /** A page that fills the window, such as the inbox. */
  readonly full?: boolean;
}

/**
 * All that a page needs for Parley's elements. They ask `data-token-url` who the visitor is, and lead to `data-conversation-url`, the
 * shop's own page for a conversation.
 */
function parleyScript({ base }: Visit): Html {
  return html`<script
    src="/embed.js"
    data-token-url="${base}/parley-token"
    data-conversation-url="${base}/messages?conversation={conversationId}"
    defer
  ></script>`;
}

function tools(visit: Visit): Html {
  const { base, persona } = visit;
  return html`<div class="tools">
    ${
      persona.person.role === 'owner' &&
      html`<a href="/go/moderation" target="_top">${shieldIcon}<span class="wide">Moderation</span></a>`
    }
    <a href="${base}/messages"
      >${chatIcon}<span class="wide">Messages</span><parley-unread class="count"></parley-unread
    ></a>
    <a href="${base}/orders">${ordersIcon}<span class="wide">Orders</span></a>
  </div>`;
}

function header(visit: Visit, page: Page): Html {
  return html`<header class="top">
    <div class="wrap">
      <a class="mark" href="${visit.base}/">${mark}Kiln &amp; Lens</a>
      <nav aria-label="Shop">
        ${Object.entries(categories).map(
          ([word, name]) =>
            html`<a
              href="${visit.base}/categories/${word}"
              ${word === page.category && html`aria-current="true"`}
              >${name}</a
            >`,
        )}
      </nav>
      ${tools(visit)}
    </div>
  </header>`;
}

const footer = html`<footer>
  <div class="wrap dim">
    <span>Kiln &amp; Lens is Parley’s demo marketplace. Nothing here is for sale.</span>
    <a href="/docs" target="_top">Parley’s API</a>
  </div>
</footer>`;

/** A whole page in the shop's frame. */
export function layout(visit: Visit, page: Page): string {
  const pane = visit.base !== '';
  return document({
    title: page.title,
    head: parleyScript(visit),
    class: page.full ? 'full' : '',
    body: [
      !pane && demoBar(visit.persona, visit.unreadMails),
      header(visit, page),
      page.content,
      !page.full && footer,
    ],
  });
}

export interface Document {
  readonly title: string;
  readonly head?: Html;
  readonly class?: string;
  readonly body: Child;
}

/** The outermost HTML of any page of the shop. */
export function document(page: Document): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title}</title>
        <link rel="icon" href="/shop/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/shop/shop.css" />
        ${page.head}
      </head>
      <body class="${page.class}">
        ${page.body}
      </body>
    </html> `.text;
}
