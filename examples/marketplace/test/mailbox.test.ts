import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify, type FastifyInstance } from 'fastify';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { type Browser, type Page } from 'playwright-core';
import { launchBrowser } from '../../../test/support/browser.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startMailbox, type Mailbox } from '../src/mailbox/mailbox.ts';
import { addMailboxRoutes } from '../src/mailbox/mailbox-routes.ts';
import { publicFiles } from '../src/public-files.ts';

let folder: string;
let mailbox: Mailbox;
const ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-mailbox-'));
  mailbox = await startMailbox({ folder });
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await mailbox.close();
  await rm(folder, { recursive: true, force: true });
});

async function send(mail: SendMailOptions = {}): Promise<void> {
  const transport = createTransport(mailbox.smtpUrl);
  try {
    await transport.sendMail({
      from: { name: 'John D. via Kiln & Lens', address: 'no-reply@kiln.test' },
      to: { name: 'Sarah', address: 'sarah@clay.test' },
      subject: 'John D. about Pottery Bowl',
      text: 'Is it safe for the microwave? http://localhost:4000/c/1?t=key',
      html: '<html><head><title>x</title></head><body><p>Is it safe?</p><a href="http://localhost/c/1">Reply</a></body></html>',
      ...mail,
    });
  } finally {
    transport.close();
  }
}

describe('the mailbox', () => {
  test('takes mail over SMTP, newest first, and says so', async () => {
    const heard: string[] = [];
    const end = mailbox.onMail(({ subject }) => heard.push(subject));
    await send();
    await send({ to: 'john@buyers.test', subject: 'Grüße, “Clay & Co”' });
    end();
    await send({ subject: 'unheard' });
    expect(heard).toEqual(['John D. about Pottery Bowl', 'Grüße, “Clay & Co”']);
    expect(mailbox.list().map(({ subject }) => subject)).toEqual(['unheard', ...heard.toReversed()]);
    expect(mailbox.list('john@buyers.test')).toHaveLength(1);
    const mail = await mailbox.get(mailbox.list()[2]?.id ?? '');
    expect(mail?.from).toEqual({ name: 'John D. via Kiln & Lens', address: 'no-reply@kiln.test' });
    expect(mail?.html).toContain('Is it safe?');
    expect(mail?.text).toContain('microwave');
    expect(mail?.source).toContain('Subject: John D. about Pottery Bowl');
    expect(await mailbox.get('../../etc/passwd')).toBeNull();
  });

  test('a restart finds every mail again, and what was opened', async () => {
    await send({ subject: 'first' });
    await send({ subject: 'second' });
    await mailbox.markSeen(mailbox.list()[1]?.id ?? '');
    expect(mailbox.unread()).toBe(1);
    const before = mailbox.list();
    await mailbox.close();
    mailbox = await startMailbox({ folder });
    expect(mailbox.list()).toEqual(before);
    expect(mailbox.unread()).toBe(1);
    expect((await readdir(folder)).every((name) => name.endsWith('.eml'))).toBe(true);
  });

  test('refuses what is over 2 MB, and goes on', async () => {
    const large = send({ attachments: [{ filename: 'a', content: Buffer.alloc(3 * 1024 * 1024) }] });
    await expect(large).rejects.toThrow(/552|size/iu);
    await send();
    expect(mailbox.list()).toHaveLength(1);
  });

  test('keeps the newest 500', { timeout: 60_000 }, async () => {
    const transport = createTransport({
      url: mailbox.smtpUrl,
      pool: true,
      maxConnections: 5,
      maxMessages: Infinity,
    });
    for (let sent = 0; sent < 505; sent += 1)
      await transport.sendMail({ from: 'a@a.test', to: 'b@b.test', subject: `mail ${sent}`, text: 'x' });
    transport.close();
    expect(mailbox.list()).toHaveLength(500);
    expect(mailbox.list().at(-1)?.subject).toBe('mail 5');
    expect(await readdir(folder)).toHaveLength(500);
    await mailbox.close();
    const started = performance.now();
    mailbox = await startMailbox({ folder });
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(mailbox.list()).toHaveLength(500);
  });

  test('what is no mail shows as its source', async () => {
    await send({
      raw: Buffer.from('\u0000\u0001 not a mail'),
      envelope: { from: 'a@a.test', to: 'b@b.test' },
    });
    const [mail] = mailbox.list();
    expect((await mailbox.get(mail?.id ?? ''))?.source).toContain('not a mail');
  });
});

describe('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  async function open(
    width = 1280,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<{ page: Page; app: FastifyInstance; url: string }> {
    const app = fastify({ forceCloseConnections: 'idle' });
    await publicFiles(app);
    await addMailboxRoutes(app, { mailbox });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    ends.push(() => app.close());
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    ends.push(() => page.close());
    await page.goto(`${url}/mailbox`);
    return { page, app, url };
  }

  const picture = async (page: Page, name: string) => {
    const pictures = process.env.PARLEY_PICTURES;
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
  };

  test('teaches while it is empty, and shows a mail as it arrives', async () => {
    const { page } = await open();
    await page.getByText('No emails yet').waitFor();
    await picture(page, 'mailbox-empty');
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await send();
    await page.getByRole('link', { name: /John D\. about Pottery Bowl/u }).waitFor();
    await page.getByText('New email to Sarah: John D. about Pottery Bowl').waitFor({ state: 'attached' });
  });

  test('shows a mail as HTML, text and source, and its links work', async () => {
    await send();
    await send({ to: 'john@buyers.test', subject: 'Clay & Co about Pottery Bowl' });
    const { page } = await open();
    expect(mailbox.unread()).toBe(2);
    await page.getByRole('link', { name: /John D\. about/u }).click();
    const frame = page.frameLocator('iframe');
    await frame.getByText('Is it safe?').waitFor();
    expect(mailbox.unread()).toBe(1);
    await page
      .context()
      .route('http://localhost/c/1', (route) => route.fulfill({ body: 'the conversation' }));
    const popup = page.context().waitForEvent('page');
    await frame.getByRole('link', { name: 'Reply' }).click();
    await (await popup).getByText('the conversation').waitFor();
    await picture(page, 'mailbox-open');
    await page.getByRole('link', { name: 'Text', exact: true }).click();
    expect(await page.getByRole('link', { name: /^http:\/\/localhost:4000/u }).getAttribute('href')).toBe(
      'http://localhost:4000/c/1?t=key',
    );
    await page.getByRole('link', { name: 'Source' }).click();
    await page.getByText('Message-ID:').waitFor();
    await picture(page, 'mailbox-source');
    await page
      .getByRole('navigation', { name: 'Emails to' })
      .getByRole('link', { name: 'john@buyers.test' })
      .click();
    expect(await page.locator('#list li').count()).toBe(1);
  });

  test('runs nothing that a mail brings along', async () => {
    const html =
      '<body><script>document.title="owned"</script><img src=x onerror="parent.document.title=\'owned\'"><form action="/x"><button>Go</button></form><p>end</p>';
    await send({ html, subject: '<img src=x onerror=alert(1)>' });
    const { page, app } = await open();
    const asked: string[] = [];
    page.on('dialog', (dialog) => asked.push(dialog.message()));
    await page.getByRole('link', { name: /onerror/u }).click();
    await page.frameLocator('iframe').getByText('end').waitFor();
    expect(await page.title()).not.toBe('owned');
    expect(asked).toEqual([]);
    const body = await app.inject(`/mailbox/${mailbox.list()[0]?.id}/body`);
    expect(body.headers['content-security-policy']).toMatch(/^sandbox allow-popups/u);
  });

  test('a streaming page does not hold up the stop', async () => {
    const { app, page } = await open();
    await page.waitForTimeout(300);
    const started = performance.now();
    await app.close();
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('fits 390 pixels, one thing after the other', async () => {
    await send();
    const { page } = await open(390, 'dark');
    await picture(page, 'mailbox-390-list');
    await page.getByRole('link', { name: /John D\. about/u }).click();
    await page.frameLocator('iframe').getByText('Is it safe?').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await picture(page, 'mailbox-390-open');
    await page.getByRole('link', { name: '← All emails' }).click();
    await page.getByRole('heading', { name: 'Mailbox' }).waitFor();
  });
});
