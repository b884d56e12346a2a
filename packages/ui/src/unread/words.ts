import type { Catalogue } from '../words/catalogue.ts';

/** What the unread badge and the page's title say, in English. */
export const unreadWords = {
  'unread.badge': { one: '{count} unread conversation', other: '{count} unread conversations' },
  'unread.many': '{count}+',
  'unread.title': '({count}) {title}',
} as const satisfies Catalogue;
