import type { Notification } from '../notification.ts';

/** What became of a notification: `refused` for good, with the reason; what may succeed later is thrown instead. */
export type Delivered =
  { readonly outcome: 'sent' } | { readonly outcome: 'refused'; readonly reason: string };

/** A way to reach a person who is not looking. A new one is a file here and a line in the registry. */
export interface Channel {
  readonly name: string;
  /**
   * @param signal aborts when the process stops
   * @throws when a later try may succeed; the queue tries again, and says the same `Message-ID`
   */
  deliver(notification: Notification, signal: AbortSignal): Promise<Delivered>;
  close(): void;
}
