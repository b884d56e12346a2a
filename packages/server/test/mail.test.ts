import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { launchBrowser } from '../../../test/support/browser.ts';
import { createTransport } from 'nodemailer';
import { simpleParser, type ParsedMail } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import type { NamedMessage } from '../src/db/messages.ts';
import { createLinks } from '../src/http/links.ts';
import { composeMail } from '../src/mail/compose.ts';
import { mailPicture } from '../src/mail/mail-links.ts';
import { displayName, oneLine, previewText } from '../src/mail/plain-words.ts';
import { readMailFrom } from '../src/mail/sender.ts';
import { wordsFor } from '../src/mail/words/catalogue.ts';
import type { Notification } from '../src/notifications/notification.ts';

const now = new Date('2026-03-05T10:30:00Z');

function contextWith(env: Record<string, string> = {}) {
  const config = loadConfig(
    {
      PARLEY_SECRET: 'a secret of forty characters for testing',
      PARLEY_API_KEY: 'an-api-key-of-forty-characters-for-tests',
      PUBLIC_URL: 'http://market.test:4000',
      MAIL_FROM: 'Kiln & Lens <post@kiln.test>',
      ...env,
    },
    'serve',
  );
  return { config, links: createLinks(config.secret, config.publicUrl) };
}

const conversationId = '0199c1f2-0000-7000-8000-000000000001';

function message(seq: number, body: string, facts: Partial<NamedMessage> = {}): NamedMessage {
  return {
    conversation_id: conversationId,
    seq,
    kind: 'text',
    author: 'john',
    side: 'buyer',
    body,
    data: null,
    client_id: null,
    created_at: new Date('2026-03-05T10:12:00Z'),
    edited_at: null,
    redacted_at: null,
    author_name: 'John D.',
    ...facts,
  };
}

interface Facts {
  side?: 'buyer' | 'store';
  buyer?: string;
  store?: string;
  title?: string;
  imageUrl?: string | null;
  person?: Partial<Notification['person']>;
  messages?: NamedMessage[];
  more?: number;
  references?: string[];
}

function notification(facts: Facts = {}): Notification {
  const side = facts.side ?? 'store';
  const id = randomUUID();
  const john = { id: 'john', name: 'John D.', email: 'john@buyers.test' };
  const sarah = { id: 'sarah', name: 'Sarah', email: 'sarah@clay.test' };
  return {
    id,
    messageId: `<${id}@kiln.test>`,
    references: facts.references ?? [],
    person: { ...(side === 'store' ? sarah : john), locale: 'en-GB', timeZone: 'UTC', ...facts.person },
    conversation: {
      id: conversationId,
      status: 'open',
      createdAt: now.toISOString(),
      lastSeq: 2,
      listing: {
        id: 'bowl',
        title: facts.title ?? 'Pottery Bowl',
        url: null,
        imageUrl: facts.imageUrl ?? null,
        price: { amount: 4200, currency: 'EUR' },
      },
      orders: [],
      buyer: { id: 'john', name: facts.buyer ?? 'John D.', avatarUrl: null },
      store: { id: 'clay', name: facts.store ?? 'Clay & Co', imageUrl: null },
      lastMessage: null,
      seat: { side, readSeq: 0, unread: 2, muted: false, archived: false },
      others: [],
      needsReply: true,
      blocked: null,
    },
    messages: facts.messages ?? [
      message(1, 'Hi! I keep coming back to this bowl, the speckled glaze is beautiful.'),
      message(2, 'Is it safe for the microwave and the dishwasher? We would use it every day.'),
    ],
    more: facts.more ?? 0,
  };
}

/** The mail as bytes and as a receiver's program reads it. */
async function compose(
  facts: Facts = {},
  env: Record<string, string> = {},
): Promise<{ raw: string; mail: ParsedMail }> {
  const built = await composeMail(contextWith(env), notification(facts), now);
  const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail(built);
  const raw = Buffer.isBuffer(message) ? message.toString('utf8') : '';
  return { raw, mail: await simpleParser(raw) };
}

function headerNames(raw: string): string[] {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]/gu, ' ');
  return head.split('\r\n').map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
}

const header = (mail: ParsedMail, name: string) =>
  mail.headerLines.find((line) => line.key === name)?.line.replace(/\r?\n\s+/gu, ' ');

describe('what a mail says', () => {
  test('to a seller: who wrote, about what, the words, one link', async () => {
    const { mail } = await compose({ imageUrl: '/pictures/bowl.png' });
    expect(mail.subject).toBe('John D. about Pottery Bowl');
    expect(mail.from?.value).toEqual([{ name: 'John D. via Kiln & Lens', address: 'post@kiln.test' }]);
    const html = String(mail.html);
    expect(html).toContain('John D. wrote to you');
    expect(html).toContain('a first message to Clay &amp; Co');
    expect(html).toContain('the speckled glaze');
    expect(html).toContain('Reply to John');
    expect(html).toContain('€42.00 · no order yet');
    expect(html).toContain('src="http://market.test:4000/pictures/bowl.png"');
    for (const part of [html, mail.text ?? '']) {
      expect(part).toMatch(/http:\/\/market\.test:4000\/c\/0199c1f2-0000-7000-8000-000000000001\?t=[\w-]+/u);
      expect(part).not.toContain('@buyers.test');
      expect(part).toContain('10:12');
    }
  });

  test('to a buyer: the store’s name, and quietly who of it wrote', async () => {
    const answer = message(3, 'Yes, completely microwave and dishwasher safe!', {
      author: 'sarah',
      side: 'store',
      author_name: 'Sarah',
    });
    const { mail } = await compose({ side: 'buyer', messages: [answer] });
    expect(mail.subject).toBe('Clay & Co about Pottery Bowl');
    expect(mail.from?.value[0]?.name).toBe('Clay & Co via Kiln & Lens');
    expect(mail.text).toContain('Clay & Co answered you');
    expect(mail.text).toContain('Sarah from Clay & Co · 10:12');
    expect(mail.text).not.toContain('clay.test');
  });

  test('files, notices and what is left over', async () => {
    const files = [
      { id: randomUUID(), name: 'bowl.jpg', type: 'image/jpeg', size: 1 },
      { id: randomUUID(), name: 'care.pdf', type: 'application/pdf', size: 1 },
    ];
    const messages = [
      message(4, '', { data: { attachments: files } }),
      message(5, 'Order 1001 is now shipped', {
        kind: 'notice',
        side: 'system',
        author: null,
        author_name: '',
      }),
    ];
    const { mail } = await compose({ messages, more: 3 });
    expect(mail.text).toContain('sent a picture: bowl.jpg');
    expect(mail.text).toContain('sent a file: care.pdf');
    expect(mail.text).toContain('* Order 1001 is now shipped');
    expect(mail.text).toContain('and 3 more messages');
  });

  test('texts are data: HTML in them shows as it was typed, long ones are cut', async () => {
    const messages = [
      message(1, '<img src=x onerror=alert(1)>\n<script>alert(2)</script>'),
      message(2, 'a b'.repeat(5000)),
    ];
    const { mail } = await compose({ messages });
    expect(mail.html).toContain('&lt;script&gt;');
    expect(mail.html).not.toMatch(/<script|<img src=x/u);
    expect(mail.text).toContain('…');
    expect(mail.text?.length).toBeLessThan(2000);
  });

  test('CONVERSATION_URL replaces the link, and then nothing in the mail signs anybody in', async () => {
    const { mail } = await compose(
      {},
      { CONVERSATION_URL: 'https://shop.test/m/{conversationId}?from=mail' },
    );
    expect(mail.text).toContain(`https://shop.test/m/${conversationId}?from=mail`);
    expect(mail.text).not.toContain('?t=');
    expect(mail.text).not.toContain('without a password');
  });

  test('another day’s messages carry their date, a reader without a time zone reads UTC', async () => {
    const old = message(1, 'Hello', { created_at: new Date('2026-03-03T08:05:00Z') });
    const { mail } = await compose({ messages: [old], person: { timeZone: null } });
    expect(mail.text).toMatch(/3 Mar(?:ch)?,? (?:at )?08:05 UTC/u);
    const far = await compose({ messages: [old], person: { timeZone: 'America/New_York' } });
    expect(far.mail.text).toMatch(/03:05/u);
  });

  test('an unknown locale or time zone is no reason to fail', async () => {
    const { mail } = await compose({ person: { locale: 'not a locale', timeZone: 'Mars/Olympus' } });
    expect(mail.text).toContain('10:12 UTC');
    expect(wordsFor('pt-BR').language).toBe('en');
  });
});

describe('headers', () => {
  test('are the ones that mail programs need', async () => {
    const { raw, mail } = await compose({ references: ['<first@kiln.test>', '<last@kiln.test>'] });
    expect(header(mail, 'message-id')).toMatch(/^Message-ID: <[\w-]+@kiln\.test>$/u);
    expect(header(mail, 'in-reply-to')).toBe('In-Reply-To: <last@kiln.test>');
    expect(header(mail, 'references')).toBe('References: <first@kiln.test> <last@kiln.test>');
    expect(header(mail, 'auto-submitted')).toBe('Auto-Submitted: auto-generated');
    expect(header(mail, 'list-unsubscribe-post')).toBe('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(header(mail, 'list-unsubscribe')).toMatch(
      /^List-Unsubscribe: <http:\/\/market\.test:4000\/unsubscribe\/[\w-]+>$/u,
    );
    expect(raw).toMatch(/^List-Unsubscribe: <[^\s>]+>\r$/mu);
    const known = ['from', 'to', 'subject', 'message-id', 'in-reply-to', 'references', 'list-unsubscribe'];
    known.push(
      'list-unsubscribe-post',
      'auto-submitted',
      'x-auto-response-suppress',
      'date',
      'mime-version',
      'content-type',
    );
    expect(headerNames(raw).toSorted()).toEqual(known.toSorted());
  });

  test('a first mail refers to nothing', async () => {
    const { raw } = await compose();
    expect(headerNames(raw)).not.toContain('references');
    expect(headerNames(raw)).not.toContain('in-reply-to');
  });

  const hostile: [string, string][] = [
    ['a line end', 'John\r\nBcc: victim@x.test'],
    ['a header and a body', 'John\nSubject: You won\n\n<html>'],
    ['an address in brackets', '"John" <victim@x.test>'],
    ['an address', 'victim@x.test'],
    ['a wide at', '＠victim@x.test'],
    ['markup', '<script>alert(1)</script>'],
    ['a turned address', '\u202Emoc.x@mitciv\u202C'],
    ['control characters', 'a\u0000b\u0007c'],
    ['an encoded word', '=?utf-8?Q?=0D=0ABcc:_victim=40x.test?='],
    ['too many words', 'Long '.repeat(5000)],
    ['too many accents', 'e\u0301\u0302\u0303'.repeat(3000)],
    ['too many families', '👩‍👩‍👧‍👧'.repeat(100)],
    ['half a character', '\uD800lone'],
    ['nothing seen', ' \t\r\n '],
    ['separators', 'A, B; C: D (E) [F]'],
  ];
  test.each(hostile)('%s in a name adds no header and passes for no address', async (_what, name) => {
    const { raw: plain } = await compose();
    for (const facts of [{ buyer: name }, { title: name }, { person: { name } }]) {
      const { raw, mail } = await compose(facts);
      expect(headerNames(raw)).toEqual(headerNames(plain));
      expect(mail.from?.value.map(({ address }) => address)).toEqual(['post@kiln.test']);
      expect(mail.from?.value[0]?.name).not.toMatch(/[@<>"\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      const to = [mail.to ?? []].flat().flatMap(({ value }) => value.map(({ address }) => address));
      expect(to).toEqual(['sarah@clay.test']);
      expect(mail.subject?.length).toBeLessThan(200);
      expect(mail.subject).not.toMatch(/[\p{Cc}\u202A-\u202E]/u);
      const longest = Math.max(...raw.split('\r\n').map((line) => Buffer.byteLength(line)));
      expect(longest).toBeLessThan(998);
    }
  });
});

describe('words of strangers', () => {
  test('a name that is an address gives no address away', () => {
    expect(displayName('victim@x.test')).toBe('victim');
    expect(displayName('Ann ann@x.test Lee')).toBe('Ann ann Lee');
    expect(displayName('@handle')).toBe('handle');
    expect(displayName('＠＠')).toBe('');
    expect(displayName('Clay & Co')).toBe('Clay & Co');
    expect(displayName('مريم ‌الزهراء')).toContain('مريم');
  });

  test('cuts fall between graphemes', () => {
    expect(oneLine('👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧', 24)).toBe('👩‍👩‍👧‍👧👩‍👩‍👧‍👧…');
    expect(oneLine('short', 10)).toBe('short');
    expect(previewText('one two three four five', 16)).toBe('one two three…');
    expect(previewText('a\r\nb\u2028c\n\n\n\nd', 50)).toBe('a\nb\nc\n\nd');
  });

  test('takes linear time', () => {
    const started = performance.now();
    for (const bad of [
      '@'.repeat(200_000),
      ' '.repeat(200_000),
      'a'.repeat(200_000),
      '\u0301'.repeat(200_000),
    ]) {
      displayName(bad);
      oneLine(bad, 120);
      previewText(bad, 400);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('pictures are those that mail programs show, at absolute addresses', () => {
    expect(mailPicture('/a/bowl.png', 'http://market.test')).toBe('http://market.test/a/bowl.png');
    expect(mailPicture('https://cdn.test/x?w=50', 'http://market.test')).toBe('https://cdn.test/x?w=50');
    for (const none of [null, '/bowl.svg', 'javascript:alert(1)', 'data:image/png;base64,AA', 'http://['])
      expect(mailPicture(none, 'http://market.test')).toBeNull();
  });

  test('MAIL_FROM with and without a name', () => {
    expect(readMailFrom('Kiln & Lens <post@kiln.test>')).toEqual({
      name: 'Kiln & Lens',
      address: 'post@kiln.test',
      domain: 'kiln.test',
    });
    expect(readMailFrom('post@kiln.test').name).toBe('kiln.test');
    expect(() => readMailFrom('nobody')).toThrow('MAIL_FROM');
  });
});

describe('how it looks', () => {
  test('fits 390 and 700 pixels in both schemes', async () => {
    const answer = message(3, 'Yes, completely microwave and dishwasher safe!', {
      side: 'store',
      author: 'sarah',
      author_name: 'Sarah',
    });
    const mails = {
      seller: await compose({
        messages: [message(1, 'word'.repeat(60)), message(2, 'שלום, is it safe?')],
        more: 2,
      }),
      buyer: await compose({ side: 'buyer', messages: [answer] }),
    };
    const folder = process.env.PARLEY_PICTURES;
    if (folder !== undefined) await mkdir(folder, { recursive: true });
    const browser = await launchBrowser();
    try {
      for (const [name, { mail }] of Object.entries(mails))
        for (const width of [390, 700])
          for (const colorScheme of ['light', 'dark'] as const) {
            const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
            await page.setContent(String(mail.html));
            expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
              width,
            );
            if (folder !== undefined)
              await page.screenshot({
                path: `${folder}/${name}-${width}-${colorScheme}.png`,
                fullPage: true,
              });
            await page.close();
          }
    } finally {
      await browser.close();
    }
  });
});
