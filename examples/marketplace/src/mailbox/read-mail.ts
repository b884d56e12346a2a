import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser';

export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/** What a list shows of a mail. */
export interface MailSummary {
  readonly id: string;
  readonly at: Date;
  readonly to: readonly MailAddress[];
  readonly from: MailAddress;
  readonly subject: string;
  /** The beginning of its text, in one line. */
  readonly preview: string;
  /** Somebody has opened it. */
  readonly seen: boolean;
}

/** A mail in full. */
export interface Mail extends MailSummary {
  readonly html: string | null;
  readonly text: string;
  /** As it came over SMTP. */
  readonly source: string;
}

/** Reads a mail as a mail program would. Never throws: what cannot be parsed shows as its source. */
export async function readMail(id: string, seen: boolean, raw: Buffer): Promise<Mail> {
  const parsed = await parse(raw);
  const text = parsed?.text ?? '';
  return {
    id,
    seen,
    at: new Date(Number(id.slice(0, 13))),
    to: addresses(parsed?.to),
    from: addresses(parsed?.from)[0] ?? { name: '', address: '' },
    subject: parsed?.subject ?? '(no subject)',
    preview: previewOf(text.slice(0, 2_000)),
    html: typeof parsed?.html === 'string' ? parsed.html : null,
    text,
    source: raw.toString('utf8'),
  };
}

/** What a list needs of a mail; the rest is not kept in memory. */
export function summarize({ id, at, to, from, subject, preview, seen }: Mail): MailSummary {
  return { id, at, to, from, subject, preview, seen };
}

async function parse(raw: Buffer): Promise<ParsedMail | null> {
  try {
    return await simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true });
  } catch {
    return null;
  }
}

/** What was said, where the mail marks it as a quotation; else all of it. */
function previewOf(text: string): string {
  const lines = text.split('\n');
  const said = lines.filter((line) => line.startsWith('> ')).map((line) => line.slice(2));
  const words = (said.length > 0 ? said : lines).join(' ').replace(/\s+/g, ' ').trim();
  return Array.from(words).slice(0, 140).join('');
}

function addresses(header: AddressObject | AddressObject[] | undefined): MailAddress[] {
  return [header ?? []]
    .flat()
    .flatMap(({ value }) => value)
    .map(({ name, address }) => ({ name, address: address ?? '' }));
}
