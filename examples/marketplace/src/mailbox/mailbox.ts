import { openMailFiles, type MailFile } from './mail-files.ts';
import { readMail, summarize, type Mail, type MailSummary } from './read-mail.ts';
import { startSmtpIn } from './smtp.ts';

export type { Mail, MailAddress, MailSummary } from './read-mail.ts';

/** Mails kept; the oldest go first. */
const maxKept = 500;

/** The demo's mailbox: every mail that Parley sends, to whomever, ends up here. */
export interface Mailbox {
  /** What to give Parley as `SMTP_URL`. */
  readonly smtpUrl: string;
  /** Newest first; those to one address where `to` says so. */
  list(to?: string): readonly MailSummary[];
  get(id: string): Promise<Mail | null>;
  /** How many mails nobody has opened. */
  unread(): number;
  markSeen(id: string): Promise<void>;
  /** Hears of every mail once it is on disk; the answer ends that. */
  onMail(listener: (mail: MailSummary) => void): () => void;
  close(): Promise<void>;
}

export interface MailboxOptions {
  /** Where mails are kept as `.eml` files, so that a restart finds them again. */
  readonly folder: string;
  /** Of its SMTP server, on loopback. A free one unless said. */
  readonly port?: number;
}

/** Starts the mailbox: a real SMTP server for this machine alone, and what it took before. */
export async function startMailbox({ folder, port = 0 }: MailboxOptions): Promise<Mailbox> {
  const files = await openMailFiles(folder);
  const mails = new Map<string, MailSummary>();
  const listeners = new Set<(mail: MailSummary) => void>();

  const load = async (file: MailFile) => readMail(file.id, file.seen, await files.read(file));
  const keep = async (raw: Buffer) => {
    const mail = summarize(await load(await files.add(raw, new Date())));
    mails.set(mail.id, mail);
    for (const old of [...mails.values()].slice(0, -maxKept)) {
      mails.delete(old.id);
      await files.remove(old);
    }
    for (const listener of listeners) listener(mail);
  };

  const found = await files.list();
  for (const old of found.slice(0, -maxKept)) await files.remove(old);
  for (const file of found.slice(-maxKept)) mails.set(file.id, summarize(await load(file)));
  const smtp = await startSmtpIn(keep, port);

  return {
    smtpUrl: smtp.url,
    list: (to) => {
      const newest = [...mails.values()].reverse();
      return to === undefined
        ? newest
        : newest.filter((mail) => mail.to.some(({ address }) => address === to));
    },
    get: async (id) => {
      const mail = mails.get(id);
      return mail ? load(mail) : null;
    },
    unread: () => [...mails.values()].filter(({ seen }) => !seen).length,
    markSeen: async (id) => {
      const mail = mails.get(id);
      if (!mail || mail.seen) return;
      mails.set(id, { ...mail, seen: true });
      await files.markSeen(mail);
    },
    onMail: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => smtp.close(),
  };
}
