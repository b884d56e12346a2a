import type { ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import styles from 'parley:styles';
import { ParleyProvider } from '../hooks/parley-provider.tsx';
import type { Language } from '../words/catalogue.ts';
import { configuration, onConfigured, type Configured } from './configuration.ts';
import { jsonAttribute } from './json-attribute.ts';

let sheet: CSSStyleSheet | null = null;

/** One sheet for every element of the page. A constructed sheet needs no exception from a strict Content-Security-Policy. */
function sharedSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
  }
  return sheet;
}

/** Attributes that every element has: `theme` (light, dark, auto) is the sheet's, the others are read here. */
const sharedAttributes = ['locale', 'labels'];

/** An element that shows a component in a shadow root, once the page has said which service and who. */
export abstract class ParleyElement extends HTMLElement {
  static get observedAttributes(): string[] {
    return sharedAttributes;
  }

  #root: Root | null = null;
  #stop: (() => void) | null = null;

  /** What is shown. Called again when an attribute or the configuration changes. */
  protected abstract view(configured: Configured): ReactNode;

  connectedCallback(): void {
    this.#stop ??= onConfigured(() => this.update());
    this.update();
  }

  disconnectedCallback(): void {
    // An element that is only moved comes back at once, and keeps what it shows.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#stop?.();
      this.#stop = null;
      this.#root?.unmount();
      this.#root = null;
      this.shadowRoot?.replaceChildren();
    });
  }

  attributeChangedCallback(): void {
    if (this.#root) this.update();
  }

  protected update(): void {
    const configured = configuration();
    if (!configured || !this.isConnected) return;
    this.#root ??= this.#mount();
    const locale = this.getAttribute('locale');
    this.#root.render(
      <ParleyProvider client={configured.client} {...this.#language()} {...(locale !== null && { locale })}>
        {this.view(configured)}
      </ParleyProvider>,
    );
  }

  /** Tells the page; the event bubbles out of any shadow root. */
  protected tell(name: 'opened' | 'sent', detail: object): void {
    this.dispatchEvent(new CustomEvent(`parley:${name}`, { bubbles: true, composed: true, detail }));
  }

  #mount(): Root {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [sharedSheet()];
    const place = document.createElement('div');
    place.className = 'parley-mount';
    shadow.replaceChildren(place);
    return createRoot(place);
  }

  #labels: { text: string; language: Language } | null = null;

  /** The `labels` attribute: a JSON object of sentences that replace the catalogue's. */
  #language(): { language?: Language } {
    const text = this.getAttribute('labels');
    if (text === null) return {};
    if (this.#labels?.text !== text) {
      const locale = this.getAttribute('locale') ?? 'en';
      this.#labels = { text, language: { locale, entries: sentencesIn(jsonAttribute(this, 'labels')) } };
    }
    return { language: this.#labels.language };
  }
}

function sentencesIn(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const sentences: Record<string, string> = {};
  for (const [key, sentence] of Object.entries(value))
    if (typeof sentence === 'string') sentences[key] = sentence;
  return sentences;
}
