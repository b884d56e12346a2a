import type { OrderSummary } from '@parley/protocol';
import { en, type WordKey } from './en.ts';
import type { Words } from './use-words.tsx';

/** `Order 1001`, or only `Order` where the marketplace numbers none. */
export function orderName(number: string | null | undefined, words: Words): string {
  return number ? words.say('order.name', { number }) : words.say('order.unnumbered');
}

/** A status in words; one of the marketplace's own is shown as it is, with spaces and a capital. */
export function orderStatus(status: string, words: Words): string {
  const key = `order.status.${status}`;
  if (isWord(key)) return words.say(key);
  const plain = status.replace(/[-_]+/g, ' ');
  return plain.charAt(0).toLocaleUpperCase(words.locale) + plain.slice(1);
}

/** The order that a conversation is about now: the one placed last. */
export function latestOrder(orders: readonly OrderSummary[]): OrderSummary | undefined {
  return [...orders].sort((a, b) => (b.placedAt ?? '').localeCompare(a.placedAt ?? ''))[0];
}

const isWord = (key: string): key is WordKey => Object.hasOwn(en, key);
