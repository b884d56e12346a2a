import type { Catalogue } from '../words/catalogue.ts';

/** What the hosted pages say around the screens, in English. */
export const hostedWords = {
  'hosted.inbox': 'Inbox',
  'hosted.moderation': 'Moderation',
  'hosted.section': '{section} · {title}',
  'hosted.signed-out': 'Sign in at the marketplace first',
  'hosted.signed-out-hint':
    'Your messages belong to your account there. Sign in, then open this page again from the marketplace or from the link in an email.',
  'hosted.unreached': 'The messages can’t be reached right now',
  'hosted.unreached-hint': 'Check your connection. Nothing that you wrote is lost.',
  'hosted.retry': 'Try again',
} as const satisfies Catalogue;
