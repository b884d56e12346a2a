import type { Conversation } from '@parley/protocol';
import type { Context } from '../actions/action.ts';
import type { NamedMessage } from '../db/messages.ts';
import type { Notification } from '../notifications/notification.ts';
import { faceOf, type Face } from './face.ts';
import { formatMoney, formatTime } from './formats.ts';
import { mailLinks, mailPicture } from './mail-links.ts';
import { displayName, oneLine, previewText } from './plain-words.ts';
import type { MailSender } from './sender.ts';
import { wordsFor, type Words } from './words/catalogue.ts';

const previewLength = 400;

/** One thing in the preview: somebody's words with their files, or what the marketplace says. */
export interface Said {
  readonly kind: 'said' | 'notice';
  readonly text: string;
  readonly files: readonly string[];
  /** When, and who of the store. */
  readonly meta: string;
}

export interface MailLink {
  readonly label: string;
  readonly url: string;
}

/** All that a mail says, in the reader's language; HTML and text part show the same. */
export interface MailContent {
  readonly language: string;
  readonly market: string;
  /** Whose message it is, as `From` and subject name them. */
  readonly sender: string;
  readonly subject: string;
  readonly face: Face;
  readonly heading: string;
  readonly about: string;
  readonly title: string;
  readonly first: string | null;
  readonly said: readonly Said[];
  readonly more: string | null;
  readonly button: MailLink;
  readonly hint: string;
  readonly listingFacts: string;
  readonly picture: string | null;
  readonly why: string;
  readonly holds: string | null;
  readonly stop: MailLink;
  readonly settings: MailLink;
}

interface Author {
  readonly name: string;
  readonly face: Face;
}

/** Says a notification in words. `now` is what "today" is counted from. */
export function mailContent(
  context: Pick<Context, 'config' | 'links'>,
  notification: Notification,
  sender: MailSender,
  now: Date,
): MailContent {
  const { conversation, person, messages } = notification;
  const words = wordsFor(person.locale);
  const market = oneLine(sender.name, 60);
  const author = authorOf(notification, words, market);
  const store = displayName(conversation.store.name) || words.say('somebody');
  const title = oneLine(conversation.listing.title, 120) || words.say('this-listing');
  const links = mailLinks(context, person.id, conversation.id);
  const side = conversation.seat.side;
  const begins = messages[0]?.seq === 1;
  const reader = { words, zone: person.timeZone, now, market, store, side };
  return {
    language: words.language,
    market,
    sender: author.name,
    subject: words.say('subject', { name: author.name, title: oneLine(title, 80) }),
    face: author.face,
    heading: words.say(begins || side !== 'buyer' ? 'heading.wrote' : 'heading.answered', {
      name: author.name,
    }),
    about: words.say('about'),
    title,
    first: begins && side === 'store' ? words.say('first', { store }) : null,
    said: messages.map((message) => sayMessage(message, reader)),
    more: notification.more > 0 ? words.say('more', { count: notification.more }) : null,
    button: { label: buttonLabel(side, author.name, words), url: links.conversation },
    hint: words.say('answer-there'),
    listingFacts: listingFacts(conversation, words),
    picture: mailPicture(conversation.listing.imageUrl, context.config.publicUrl),
    why: words.say(`why.${side}`, { store, market }),
    holds: links.personal ? words.say('link-holds') : null,
    stop: { label: words.say('stop'), url: links.unsubscribe },
    settings: { label: words.say('settings'), url: links.unsubscribe },
  };
}

function authorOf({ conversation, messages }: Notification, words: Words, market: string): Author {
  const texts = messages.filter((message) => message.kind === 'text');
  if (texts.every((message) => message.side === 'moderator')) {
    const name = words.say('team', { market });
    return { name, face: faceOf('team', market, 'store') };
  }
  const [{ id, name: raw }, kind] =
    conversation.seat.side === 'buyer'
      ? ([conversation.store, 'store'] as const)
      : ([conversation.buyer, 'person'] as const);
  const name = displayName(raw) || words.say('somebody');
  return { name, face: faceOf(id, name, kind) };
}

interface Reader {
  readonly words: Words;
  readonly zone: string | null;
  readonly now: Date;
  readonly market: string;
  readonly store: string;
  readonly side: Conversation['seat']['side'];
}

function sayMessage(message: NamedMessage, reader: Reader): Said {
  const { words, store, market } = reader;
  const time = formatTime(message.created_at, reader.now, words.locale, reader.zone);
  const person = displayName(message.author_name);
  const who =
    message.side === 'moderator'
      ? words.say('team', { market })
      : message.side === 'store' && person !== ''
        ? words.say('member', { person, store })
        : '';
  const files = (message.data?.attachments ?? []).map(({ name, type }) =>
    words.say(type.startsWith('image/') ? 'sent.picture' : 'sent.file', { name: oneLine(name, 80) }),
  );
  return {
    kind: message.kind === 'notice' ? 'notice' : 'said',
    text: previewText(message.body, previewLength),
    files,
    meta: [who, time].filter((part) => part !== '').join(' · '),
  };
}

/** "Reply to John" by the first word of a person's name, unless it is a title or an initial. */
function buttonLabel(side: Reader['side'], name: string, words: Words): string {
  if (side !== 'store') return words.say('button.open');
  const first = name.split(' ')[0] ?? '';
  return words.say('button.reply', { name: first.length < 2 || first.endsWith('.') ? name : first });
}

function listingFacts({ listing, orders, seat }: Conversation, words: Words): string {
  const [order] = orders;
  const state = order
    ? words.say('order', { number: oneLine(order.number ?? order.id, 64), status: order.status })
    : seat.side === 'store'
      ? words.say('order.none')
      : '';
  const price = listing.price ? formatMoney(listing.price, words.locale) : '';
  return [price, state].filter((part) => part !== '').join(' · ');
}
