import type { SendMailOptions } from 'nodemailer';
import type { Context } from '../actions/action.ts';
import type { Notification } from '../notifications/notification.ts';
import { mailContent } from './content.ts';
import { displayName } from './plain-words.ts';
import { readMailFrom } from './sender.ts';
import { textPart } from './text-part.ts';
import { wordsFor } from './words/catalogue.ts';

/**
 * The mail of a notification. Names and titles reach headers as one visible line each and addresses as objects, so that nothing that
 * people wrote can add a header or pass for an address; `List-Unsubscribe` is RFC 8058's one click.
 */
export async function composeMail(
  context: Pick<Context, 'config' | 'links'>,
  notification: Notification,
  now = new Date(),
): Promise<SendMailOptions> {
  const sender = readMailFrom(context.config.mailFrom);
  const { person, messageId, references } = notification;
  const content = mailContent(context, notification, sender, now);
  // React is a third of a second to load, and a start has no mail to send.
  const { renderNewMessages } = await import('./templates/NewMessages.tsx');
  const previous = references.at(-1);
  return {
    from: { name: fromName(content.sender, content.market, person.locale), address: sender.address },
    to: { name: displayName(person.name), address: person.email },
    subject: content.subject,
    messageId,
    ...(previous !== undefined && { inReplyTo: previous, references: [...references] }),
    headers: {
      // Not folded: a field whose first line is empty, as a long address makes it, is one that some receivers do not read.
      'List-Unsubscribe': { prepared: true, value: `<${content.stop.url}>` },
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    xMailer: false,
    html: await renderNewMessages(content),
    text: textPart(content),
  };
}

function fromName(name: string, market: string, locale: string | null): string {
  return wordsFor(locale).say('from', { name, market: displayName(market) || market });
}
