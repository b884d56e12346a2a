import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A mail as the fixture took it: raw, parsed, and to whom the envelope sent it. */
export interface TakenMail {
  readonly raw: string;
  readonly to: readonly string[];
  readonly parsed: ParsedMail;
}

/** A real SMTP server on a random port. */
export interface SmtpFixture {
  readonly url: string;
  /** What was taken, in order. */
  readonly mails: TakenMail[];
  /** `Message-ID`s of every try, the refused ones included. */
  readonly tries: string[];
  /** Asked for every mail once its data is there: an answer refuses it with that code; may take its time. */
  answer: (to: readonly string[]) => Promise<number | null> | number | null;
  close(): Promise<void>;
}

export async function startSmtp(port = 0): Promise<SmtpFixture> {
  const state: Pick<SmtpFixture, 'mails' | 'tries' | 'answer'> = { mails: [], tries: [], answer: () => null };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        void take(state, Buffer.concat(chunks), to).then((code) => {
          if (code === null) return callback(null);
          callback(Object.assign(new Error(`Refused <${to.join()}>`), { responseCode: code }));
        });
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(state, {
    url: `smtp://127.0.0.1:${taken}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

async function take(
  state: Pick<SmtpFixture, 'mails' | 'tries' | 'answer'>,
  raw: Buffer,
  to: readonly string[],
): Promise<number | null> {
  const parsed = await simpleParser(raw);
  state.tries.push(parsed.messageId ?? '');
  const code = await state.answer(to);
  if (code === null) state.mails.push({ raw: raw.toString('utf8'), to, parsed });
  return code;
}
