import { configure, tokensFrom, type EmbedOptions } from './configuration.ts';
import { ContactElement } from './contact-element.tsx';
import { InboxElement } from './inbox-element.tsx';
import { UnreadElement } from './unread-element.tsx';

/** What the script puts on `window`. */
export interface ParleyEmbed {
  /** Connects the elements; not needed where the script tag carries `data-token-url`. */
  init(options: EmbedOptions): void;
}

declare global {
  interface Window {
    Parley?: ParleyEmbed;
  }
}

const elements = {
  'parley-inbox': InboxElement,
  'parley-contact': ContactElement,
  'parley-unread': UnreadElement,
};

/** `<script src="https://chat…/embed.js" data-url="https://chat…" data-token-url="/parley-token"></script>` */
function configureFrom(script: HTMLScriptElement): void {
  const { url = new URL(script.src).origin, tokenUrl, conversationUrl } = script.dataset;
  if (tokenUrl === undefined) return;
  configure({
    url,
    getToken: tokensFrom(tokenUrl),
    ...(conversationUrl !== undefined && { conversationUrl }),
  });
}

if (!window.Parley) {
  window.Parley = { init: configure };
  for (const [name, element] of Object.entries(elements)) customElements.define(name, element);
  if (document.currentScript instanceof HTMLScriptElement) configureFrom(document.currentScript);
}
