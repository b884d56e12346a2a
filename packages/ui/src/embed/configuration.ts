import { createClient, type ParleyClient } from '@parley/client';

export interface Connection {
  /** The service's address, such as `https://chat.shop.example`. */
  url: string;
  /** Answers a fresh user token. */
  getToken: () => Promise<string>;
}

/** How to reach the service; or a client that the page has already, which it also closes itself. */
export type EmbedOptions = (Connection | { client: ParleyClient }) & {
  /** The page of a conversation, with `{conversationId}` in it; default: the service's own inbox. */
  conversationUrl?: string;
};

export interface Configured {
  readonly client: ParleyClient;
  readonly conversationUrl: string;
}

let configured: Configured | null = null;
const waiting = new Set<() => void>();

/** What the page has set; null until it has. */
export const configuration = (): Configured | null => configured;

/** Calls `listener` when that changes; the returned function ends it. */
export function onConfigured(listener: () => void): () => void {
  waiting.add(listener);
  return () => waiting.delete(listener);
}

let closeLast = () => {};

/** Connects the page's elements; a second call, after somebody else has signed in for one, starts them anew. */
export function configure(options: EmbedOptions): void {
  closeLast();
  closeLast = () => {};
  configured = 'client' in options ? shared(options.client) : connected(options);
  if (options.conversationUrl !== undefined)
    configured = { ...configured, conversationUrl: options.conversationUrl };
  for (const listener of [...waiting]) listener();
}

const shared = (client: ParleyClient): Configured => ({ client, conversationUrl: '/inbox/{conversationId}' });

function connected({ url, getToken }: Connection): Configured {
  const address = url.replace(/\/+$/, '');
  const client = createClient({ url: address, getToken });
  closeLast = () => client.close();
  return { client, conversationUrl: `${address}/inbox/{conversationId}` };
}

/**
 * Fetches tokens from the marketplace's own back end, which knows the person by their cookie. It answers `{"token": "…"}` or the bare
 * token as text.
 */
export function tokensFrom(tokenUrl: string): () => Promise<string> {
  return async () => {
    const answer = await fetch(tokenUrl, { credentials: 'same-origin', cache: 'no-store' });
    if (!answer.ok) throw new Error(`${tokenUrl} answered ${answer.status}`);
    const text = (await answer.text()).trim();
    if (!text.startsWith('{')) return text;
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string')
      return body.token;
    throw new Error(`${tokenUrl} answered no token`);
  };
}
