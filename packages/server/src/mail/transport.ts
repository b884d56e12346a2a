import { createTransport, type SendMailOptions } from 'nodemailer';

/** What a mail server made of a mail; what may succeed later is thrown instead. */
export type Sent = { readonly outcome: 'sent' } | { readonly outcome: 'refused'; readonly reason: string };

export interface MailTransport {
  /** @throws {MailDelayedError} when the server cannot be reached, does not take us, or says "later" (4xx) */
  send(mail: SendMailOptions, signal: AbortSignal): Promise<Sent>;
  close(): void;
}

/** A mail that was not taken yet. Says the error's code alone: what servers answer names addresses, and logs must not. */
export class MailDelayedError extends Error {
  override name = 'MailDelayedError';

  constructor(error: unknown) {
    const { code, responseCode } = factsOf(error);
    const facts = [code, responseCode].filter((fact) => fact !== undefined).join(', ');
    super(`The mail server did not take a mail (${facts === '' ? 'unknown reason' : facts}).`);
  }
}

/**
 * Mail out over a pool of SMTP connections.
 *
 * @param smtpUrl such as `smtp://user:pass@host:587`
 */
export function openTransport(smtpUrl: string): MailTransport {
  const transporter = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 4,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (mail, signal) => {
      try {
        await transporter.sendMail({ ...mail, signal });
        return { outcome: 'sent' };
      } catch (error) {
        const reason = finalRefusal(error);
        if (reason === null) throw new MailDelayedError(error);
        return { outcome: 'refused', reason };
      }
    },
    close: () => transporter.close(),
  };
}

/**
 * Why this mail will never be taken: the recipient or the content was refused with 5xx (RFC 5321, 4.2.1), or the address is none. Null
 * for everything else: a refused sender or password (5xx as well) is the operator's to repair, and the mail waits for that.
 */
function finalRefusal(error: unknown): string | null {
  const { command, responseCode } = factsOf(error);
  if (command === 'API') return 'The address cannot be written to.';
  const final = (command === 'RCPT TO' || command === 'DATA') && Number(responseCode) >= 500;
  return final ? `The mail server refused it for good (${responseCode}).` : null;
}

/** The fields of Nodemailer's errors: its own code, the command that failed, the server's number. */
function factsOf(error: unknown): { code?: string; command?: string; responseCode?: number } {
  if (!(error instanceof Error)) return {};
  return {
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...('command' in error && typeof error.command === 'string' && { command: error.command }),
    ...('responseCode' in error &&
      typeof error.responseCode === 'number' && { responseCode: error.responseCode }),
  };
}
