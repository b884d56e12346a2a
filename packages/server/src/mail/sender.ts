import addressparser from 'nodemailer/lib/addressparser';

/** Who every mail comes from: the marketplace's name and address, as `MAIL_FROM` says them. */
export interface MailSender {
  readonly name: string;
  readonly address: string;
  /** What `Message-ID`s end with. */
  readonly domain: string;
}

/**
 * Reads `MAIL_FROM`, such as `Kiln & Lens <post@kiln.example>`. Without a name the address's domain is the name.
 *
 * @throws {Error} when there is no address in it
 */
export function readMailFrom(mailFrom: string): MailSender {
  const [first] = addressparser(mailFrom, { flatten: true });
  const address = first?.address ?? '';
  const domain = address.slice(address.lastIndexOf('@') + 1);
  if (!/^[^\s@<>]+@[^\s@<>]+$/u.test(address)) throw new Error(`MAIL_FROM holds no address: ${mailFrom}`);
  const name = first?.name;
  return { name: name === undefined || name === '' ? domain : name, address, domain };
}
