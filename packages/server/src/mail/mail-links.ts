import type { Context } from '../actions/action.ts';

const day = 24 * 60 * 60;

/** The addresses that one mail carries. */
export interface MailLinks {
  readonly conversation: string;
  /** Whether `conversation` signs its reader in, so that it must not be passed on. */
  readonly personal: boolean;
  readonly unsubscribe: string;
}

/** Signs the links of a mail to one person about one conversation: 30 days to the conversation, a year to unsubscribe. */
export function mailLinks(
  { config, links }: Pick<Context, 'config' | 'links'>,
  userId: string,
  conversationId: string,
): MailLinks {
  const base = config.publicUrl.replace(/\/+$/u, '');
  const token = links.sign({ purpose: 'unsubscribe', userId, conversationId }, 365 * day);
  const unsubscribe = `${base}/unsubscribe/${encodeURIComponent(token)}`;
  if (config.conversationUrl !== null) {
    const page = config.conversationUrl.replaceAll('{conversationId}', encodeURIComponent(conversationId));
    return { conversation: page, personal: false, unsubscribe };
  }
  const key = links.sign({ purpose: 'conversation', userId, conversationId }, 30 * day);
  const conversation = `${base}/c/${conversationId}?t=${encodeURIComponent(key)}`;
  return { conversation, personal: true, unsubscribe };
}

/**
 * A picture's absolute address, or null where there is none that mail programs show: they know neither SVG nor the newest formats.
 *
 * @param imageUrl absolute, or relative to `PUBLIC_URL`
 */
export function mailPicture(imageUrl: string | null, publicUrl: string): string | null {
  if (imageUrl === null || !URL.canParse(imageUrl, publicUrl)) return null;
  const url = new URL(imageUrl, publicUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return /\.(?:svgz?|webp|avif|heic|jxl)$/iu.test(url.pathname) ? null : url.href;
}
