import type { Entry } from './catalogue.ts';

/** Everything that mails and the pages behind their links say, in English. */
export const en = {
  somebody: 'Somebody',
  team: 'The team of {market}',
  'this-listing': 'this listing',
  from: '{name} via {market}',
  subject: '{name} about {title}',

  'heading.wrote': '{name} wrote to you',
  'heading.answered': '{name} answered you',
  about: 'About',
  first: 'a first message to {store}',
  member: '{person} from {store}',
  more: { one: 'and {count} more message', other: 'and {count} more messages' },

  'sent.picture': 'sent a picture: {name}',
  'sent.file': 'sent a file: {name}',

  'button.reply': 'Reply to {name}',
  'button.open': 'Open the conversation',
  'answer-there': 'Please answer in the conversation: this mailbox is not read.',
  'link-holds': 'The link opens it for you without a password for 30 days; do not pass it on.',

  order: 'order {number}: {status}',
  'order.none': 'no order yet',

  'why.store': 'You get this because you answer for {store} on {market}.',
  'why.buyer': 'You get this because you talk with {store} on {market}.',
  'why.moderator': 'You get this because you take part in this conversation on {market}.',
  stop: 'Stop emails for this conversation',
  settings: 'All email settings',

  'page.title': 'Email settings',
  'page.conversation': 'Emails about this conversation',
  'page.about': 'Your conversation with {name} about {title}.',
  'page.on': 'You get an email when there is a message that you have not read.',
  'page.off': 'Stopped: you get no more emails about this conversation.',
  'page.stop': 'Stop these emails',
  'page.resume': 'Get them again',
  'page.all': 'All emails about messages',
  'page.all-on': 'Messages stay in your inbox either way.',
  'page.all-off': 'Stopped: you get no emails about messages at all.',
  'page.stop-all': 'Stop all emails',
  'page.resume-all': 'Get emails again',
  'page.invalid': 'This link no longer works',
  'page.invalid-hint': 'It may be cut, or older than a year. A newer email has one that works.',
} as const satisfies Record<string, Entry>;
