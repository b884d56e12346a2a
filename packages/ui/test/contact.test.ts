import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, violations } from '../../../test/support/browser.ts';
import { looks, openPage, type Look } from './panels/browser.ts';
import { userId } from './gallery/fixture-world.ts';
import { openPanels } from './panels/site.ts';

let browser: Browser;
let site: Awaited<ReturnType<typeof openPanels>>;
let last: { page: Page; errors: string[] } | null = null;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchBrowser(), openPanels()]);
});
afterEach(async () => {
  expect(last?.errors ?? []).toEqual([]);
  await last?.page.close();
  last = null;
});
afterAll(async () => {
  await browser.close();
  site.close();
});

async function open(fixture = '', look?: Look): Promise<Page> {
  last = await openPage(browser, `${site.url}/?fixture=${fixture}`, look);
  return last.page;
}
const button = (page: Page) => page.getByRole('button', { name: 'Contact seller' });
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message' });
const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true });
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');
const callsOf = (page: Page, name: string) =>
  page.evaluate(
    (wanted) => window.panels.calls.filter((call) => call.name === wanted).map(({ input }) => input),
    name,
  );

describe('contact dialog', () => {
  test('opens in its text field, names store, listing and usual response time', async () => {
    const page = await open();
    await button(page).click();
    await expect.poll(() => field(page).evaluate((node) => node === document.activeElement)).toBe(true);
    const dialog = page.getByRole('dialog', { name: 'Ask Clay & Co' });
    await dialog.getByRole('heading', { name: 'Pottery Bowl' }).waitFor();
    expect(await dialog.textContent()).toContain('Usually replies within 2 hours');
    expect(await dialog.textContent()).toContain('€42.00');
    expect(await send(page).isDisabled()).toBe(true);
  });

  test('a starting question and one click send, and the conversation is linked and has the focus', async () => {
    const page = await open();
    await button(page).click();
    await page.getByRole('button', { name: 'When would it arrive?' }).click();
    expect(await field(page).inputValue()).toBe('When would it arrive?');
    await send(page).click();
    const link = page.getByRole('link', { name: 'Open the conversation' });
    await link.waitFor();
    expect(await link.getAttribute('href')).toMatch(/^\/inbox\/0{8}-/);
    expect(await focused(page)).toBe('Open the conversation');
    expect(await callsOf(page, 'openConversation')).toMatchObject([
      { listingId: 'bowl', text: 'When would it arrive?' },
    ]);
    await page.getByRole('button', { name: 'Keep looking' }).click();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await button(page).click();
    expect(await field(page).inputValue()).toBe('');
  });

  test('Escape closes it, gives the focus back, and the draft is there again, after a reload too', async () => {
    const page = await open();
    await button(page).click();
    await field(page).fill('Half a thought');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await focused(page)).toBe('Contact seller');
    await button(page).click();
    expect(await field(page).inputValue()).toBe('Half a thought');
    await page.reload();
    await button(page).click();
    expect(await field(page).inputValue()).toBe('Half a thought');
  });

  test('what is typed before it is known who types stays, and is that person’s', async () => {
    const page = await open();
    await page.evaluate(() => window.panels.setConnection({ userId: null }));
    await button(page).click();
    await field(page).fill('Typed early');
    await page.evaluate((userId) => window.panels.setConnection({ userId }), userId);
    expect(await field(page).inputValue()).toBe('Typed early');
    expect(await field(page).evaluate((node) => node === document.activeElement)).toBe(true);
    await field(page).press('End');
    await page.keyboard.type(', and late');
    await page.reload();
    await button(page).click();
    expect(await field(page).inputValue()).toBe('Typed early, and late');
  });

  test('the focus stays inside', async () => {
    const page = await open();
    await button(page).click();
    await field(page).fill('x');
    for (let step = 0; step < 9; step++) {
      await page.keyboard.press('Tab');
      const inside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
      );
      expect(inside).toBe(true);
    }
  });

  test('a failed send says why, keeps the text, and sent again is the same message', async () => {
    const page = await open('failing-send');
    await button(page).click();
    await field(page).fill('Hello');
    await field(page).press('Control+Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('20 conversations an hour');
    expect(await field(page).inputValue()).toBe('Hello');
    await send(page).click();
    await page.getByRole('link', { name: 'Open the conversation' }).waitFor();
    const [first, second] = await callsOf(page, 'openConversation');
    expect(second).toEqual(first);
  });

  test('says that there is a conversation already, and links it', async () => {
    const page = await open('asked');
    await button(page).click();
    await page.getByText('You are already talking with Clay & Co about this.').waitFor();
    expect(await page.getByRole('link', { name: 'Open the conversation' }).getAttribute('href')).toMatch(
      /^\/inbox\//,
    );
    expect(await page.getByRole('group', { name: 'Common questions' }).count()).toBe(0);
  });

  test('counts a text that is too long, and does not send it', async () => {
    const page = await open();
    await button(page).click();
    await field(page).fill('a'.repeat(5003));
    expect(await page.getByRole('alert').textContent()).toBe('3 characters too many');
    expect(await send(page).isDisabled()).toBe(true);
  });

  test('is not there for one’s own listing', async () => {
    const page = await open('own');
    await page.waitForFunction(() => window.panels.calls.length > 0);
    await page.waitForTimeout(100);
    expect(await button(page).count()).toBe(0);
  });

  test('says when the service is not reached or knows nobody, and tries again', async () => {
    const page = await open('error');
    await button(page).click();
    await page.getByText('You seem to be offline.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(async () => (await callsOf(page, 'getContact')).length).toBeGreaterThan(1);
    await page.goto(`${site.url}/?fixture=signed-out`);
    await button(page).click();
    await page.getByText('Sign in first').waitFor();
  });

  test('is a sheet from below on a narrow screen', async () => {
    const page = await open('', { size: 'narrow', colorScheme: 'light' });
    await button(page).click();
    const box = await page.getByRole('dialog').boundingBox();
    expect(box?.x).toBe(0);
    expect(box?.width).toBe(390);
    expect(Math.round((box?.y ?? 0) + (box?.height ?? 0))).toBe(844);
  });
});

describe('unread', () => {
  test('stands in a badge and in the page’s title, and is not there at nothing', async () => {
    const page = await open();
    expect(await page.getByRole('status').textContent()).toBe('11 unread conversation');
    expect(await page.title()).toBe('(1) Shop');
    await page.goto(`${site.url}/?fixture=empty`);
    await button(page).waitFor();
    expect(await page.title()).toBe('Shop');
    expect(await page.locator('.parley-badge').count()).toBe(0);
  });
});

test.each(looks)(
  'axe finds nothing in the dialog, $size $colorScheme',
  async (look) => {
    const page = await open('', look);
    for (const fixture of ['asked', 'bare', 'slow', 'error', 'normal']) {
      await page.goto(`${site.url}/?fixture=${fixture}`);
      await button(page).click();
      await page.waitForTimeout(200);
      expect(await violations(page), fixture).toEqual([]);
    }
    await page.getByRole('button', { name: 'When would it arrive?' }).click();
    await send(page).click();
    await page.getByRole('link', { name: 'Open the conversation' }).waitFor();
    expect(await violations(page)).toEqual([]);
  },
  60_000,
);
