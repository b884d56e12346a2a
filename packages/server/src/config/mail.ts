import type { Mode } from '../config.ts';
import type { Reader } from './reader.ts';

export interface MailConfig {
  /** Null: notifications wait. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly mailReplyDomain: string | null;
  readonly inboundSmtpPort: number | null;
  /** Seconds that a message may stay unread before its email goes out. */
  readonly notifyDelay: number;
}

export function readMail(reader: Reader, mode: Mode): MailConfig {
  const smtpUrl = reader.url('SMTP_URL', ['smtp:', 'smtps:']);
  if (smtpUrl === null && reader.text('SMTP_URL') === null && mode === 'serve')
    reader.warn('SMTP_URL is not set: notifications by email wait until it is.');
  const reply = {
    mailReplyDomain: reader.text('MAIL_REPLY_DOMAIN'),
    inboundSmtpPort: reader.integer('INBOUND_SMTP_PORT', { min: 1, max: 65_535 }),
  };
  for (const name of ['MAIL_REPLY_DOMAIN', 'INBOUND_SMTP_PORT'])
    if (reader.text(name) !== null)
      reader.warn(`${name} has no effect: this version does not take replies by email yet.`);
  return {
    smtpUrl,
    mailFrom: readSender(reader),
    ...reply,
    notifyDelay: reader.integer('NOTIFY_DELAY', { min: 0, max: 7 * 86_400 }) ?? 30,
  };
}

function readSender(reader: Reader): string {
  const fallback = 'Parley <no-reply@localhost>';
  const value = reader.text('MAIL_FROM') ?? fallback;
  const isSender =
    value.length <= 320 && /^([^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(value);
  if (isSender) return value;
  reader.fail(`MAIL_FROM must be a sender such as Shop <no-reply@shop.example>, not "${value}".`);
  return fallback;
}
