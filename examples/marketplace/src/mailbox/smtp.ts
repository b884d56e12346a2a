import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';

/** Bytes of one mail. */
const maxSize = 2 * 1024 * 1024;

export interface SmtpIn {
  /** Such as `smtp://127.0.0.1:40123`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Takes mail over SMTP on this machine's loopback address, for everybody and without a password.
 *
 * @param keep keeps a mail; the sender hears "taken" once it resolves, and "later" when it rejects
 * @param port 0 for a free one
 */
export async function startSmtpIn(keep: (raw: Buffer) => Promise<void>, port: number): Promise<SmtpIn> {
  const server = new SMTPServer({
    banner: 'Kiln & Lens mailbox',
    size: maxSize,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1_000,
    onData: (stream, _session, answer) => {
      read(stream)
        .then(keep)
        .then(
          () => answer(null),
          (error: unknown) => answer(refusal(error)),
        );
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // From here on an error is one connection's: its sender hears of it, and tries again.
  server.on('error', () => undefined);
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mailbox listens nowhere.');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

class TooLargeError extends Error {
  readonly responseCode = 552;
}

async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += piece.length;
    if (size <= maxSize) chunks.push(piece);
  }
  if (size > maxSize) throw new TooLargeError('This mailbox takes mails up to 2 MB.');
  return Buffer.concat(chunks);
}

function refusal(error: unknown): Error {
  if (error instanceof TooLargeError) return error;
  return Object.assign(new Error('The mail could not be kept; try again later.'), { responseCode: 451 });
}
