import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { conversationId } from './gallery/fixture-data.ts';
import { launchBrowser, violations } from '../../../test/support/browser.ts';
import { looks, openPage, type Look } from './panels/browser.ts';
import { privateText } from './panels/panels-data.ts';
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

async function open(path: string, look?: Look): Promise<Page> {
  last = await openPage(browser, `${site.url}/moderation${path}`, look);
  return last.page;
}
const rows = (page: Page) => page.locator('tbody tr');
const search = (page: Page) => page.getByRole('searchbox');
const address = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search;
const calls = (page: Page) => page.evaluate(() => window.panels.calls);
const readButton = (page: Page) => page.getByRole('button', { name: 'Record and read' });
const reading = `/conversations/${conversationId(4)}`;
async function read(page: Page): Promise<void> {
  await page.getByRole('radio', { name: /report or a flag/ }).check();
  await readButton(page).click();
  await page.getByRole('button', { name: 'Stop reading' }).waitFor();
}

describe('conversations', () => {
  test('a search stands in the address, marks its hits, and survives reload and back', async () => {
    const page = await open('');
    await rows(page).first().waitFor();
    expect(await rows(page).count()).toBe(10);
    await search(page).fill('bank transfer');
    // Each search is recorded, so that none goes out while one is still writing it.
    expect((await calls(page)).length).toBe(1);
    await search(page).press('Enter');
    await page.locator('mark').first().waitFor();
    expect(address(page)).toBe('/moderation?q=bank+transfer');
    expect(await page.locator('mark').first().textContent()).toBe('bank transfer');
    await page.reload();
    await page.locator('mark').first().waitFor();
    expect(await search(page).inputValue()).toBe('bank transfer');
    await page.goBack();
    await expect.poll(() => page.locator('mark').count()).toBe(0);
    expect(await search(page).inputValue()).toBe('');
  });

  test('filters are chips that can be taken away, and days become instants', async () => {
    const page = await open('/conversations');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByLabel('Flag').selectOption('payment');
    await page.getByLabel('Store', { exact: true }).fill('store-0');
    await page.getByLabel('From').fill('2026-11-01');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect
      .poll(() => address(page))
      .toBe('/moderation/conversations?flag=payment&storeId=store-0&from=2026-11-01');
    await expect.poll(() => rows(page).count()).toBe(1);
    const from = await page.evaluate(() => new Date('2026-11-01T00:00:00').toISOString());
    expect((await calls(page)).at(-1)?.input).toEqual({
      query: { flag: 'payment', storeId: 'store-0', from },
    });
    await page.getByRole('button', { name: 'Remove filter Store' }).click();
    await expect.poll(() => rows(page).count()).toBeGreaterThan(1);
    await page.getByRole('link', { name: 'Locked' }).click();
    await expect.poll(() => address(page)).toContain('status=locked');
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => address(page)).toBe('/moderation/conversations');
  });

  test('pages go older and newer, by the links, the back button, and after a reload', async () => {
    const page = await open('/conversations?fixture=paged');
    const first = () => rows(page).first().locator('b').textContent();
    const link = (name: string) => page.getByRole('link', { name });
    await expect.poll(first).toBe('Marta Kowalczyk');
    expect(await page.getByRole('button', { name: 'Newer' }).isDisabled()).toBe(true);
    await link('Older').click();
    await expect.poll(first).toBe('Chiara Bassi');
    await link('Older').click();
    await expect.poll(first).toBe('ليلى حداد');
    expect(await page.getByRole('button', { name: 'Older' }).isDisabled()).toBe(true);
    await page.reload();
    await link('Newer').click();
    await expect.poll(first).toBe('Chiara Bassi');
    await link('Newer').click();
    await expect.poll(first).toBe('Marta Kowalczyk');
    await page.goBack();
    await expect.poll(first).toBe('Chiara Bassi');
    // A link to a page further down does not know the way to it.
    await page.goto(`${site.url}/moderation/conversations?cursor=8`);
    await link('Newest').click();
    await expect.poll(first).toBe('Marta Kowalczyk');
  });

  test('says what is wrong and tries again; teaches when empty; clears when nothing matches', async () => {
    const page = await open('?fixture=error');
    await page.getByRole('alert').getByText('The database is being restarted.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(async () => (await calls(page)).length).toBe(2);
    await page.goto(`${site.url}/moderation?fixture=empty`);
    await page.getByRole('heading', { name: 'No conversations yet' }).waitFor();
    await page.goto(`${site.url}/moderation/conversations?fixture=normal&q=zzz`);
    await page.getByRole('link', { name: 'Clear search and filters' }).click();
    await expect.poll(() => rows(page).count()).toBe(10);
  });

  test('is for moderators alone', async () => {
    const page = await open('?fixture=member');
    await page.getByRole('heading', { name: 'This is for moderators' }).waitFor();
    expect(await calls(page)).toEqual([]);
  });

  test('an address that does not exist says so', async () => {
    const page = await open('/nonsense');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'All conversations' }).click();
    await rows(page).first().waitFor();
  });
});

describe('reading', () => {
  test('no text reaches the browser before the reason is recorded', async () => {
    const page = await open('/conversations');
    await page.getByRole('link', { name: /John D\./ }).click();
    await page.getByRole('heading', { name: 'Why do you need to read this?' }).waitFor();
    await page.getByRole('heading', { name: 'Pottery bowl, speckled white, 18 cm' }).waitFor();
    await readButton(page).click();
    await page.getByText('Choose a reason first.').waitFor();
    await page.getByRole('radio', { name: /asked for help/ }).check();
    await readButton(page).click();
    await page.getByText('Say the number in the note.').waitFor();
    expect((await calls(page)).map(({ name }) => name)).toEqual(['listModerationConversations']);
    expect(await page.content()).not.toContain(privateText);
    await page.getByRole('textbox', { name: /Note/ }).fill('ticket 812');
    await readButton(page).click();
    await page.getByText(privateText).waitFor();
    expect((await calls(page)).slice(1)).toEqual(
      ['readModerationConversation', 'readModerationMessages'].map((name) => ({
        name,
        input: { params: { id: conversationId(4) }, query: { reason: 'support: ticket 812' } },
      })),
    );
  });

  test('the strip says who and why, and stopping takes the texts away', async () => {
    const page = await open(reading);
    await read(page);
    const strip = page.locator('.parley-mod-strip');
    expect(await strip.textContent()).toMatch(
      /You are reading as Olivia Vermeer\. Reason: A report or a flag\. Recorded \d\d:\d\d\.60 minutes left/,
    );
    await page.getByText(privateText).waitFor();
    await page.getByRole('button', { name: 'Stop reading' }).click();
    await readButton(page).waitFor();
    expect(await page.content()).not.toContain(privateText);
  });

  test('the log shows notices, edits, redactions, attachments and reports, and loads what came before', async () => {
    const page = await open(reading);
    await read(page);
    const log = page.getByRole('list', { name: 'Messages' });
    for (const text of [
      'Order 1001 was delivered',
      'John D. edited message 20',
      'Sarah took back message 22',
      'Taken back',
      'Contact details were hidden from both sides.',
      'Reported by Sarah: harassment',
      'Priya Raman reported this conversation: something else. “does not answer”',
    ])
      expect(await log.getByText(text, { exact: true }).count(), text).toBe(1);
    expect(await log.getByRole('link', { name: 'rim-1.jpg' }).getAttribute('href')).toBe('/art/1.svg');
    await page.getByRole('button', { name: 'Earlier messages' }).click();
    await log.getByText('Earlier 14', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Earlier messages' }).count()).toBe(0);
    expect((await calls(page)).at(-1)?.input).toMatchObject({ query: { before: 15, reason: 'report' } });
  });

  test('back leads to the list as it was filtered', async () => {
    const page = await open('/conversations?q=bank+transfer');
    await page.getByRole('link', { name: /Dmitri/ }).click();
    await page.getByRole('link', { name: 'Back to conversations' }).click();
    await page.locator('mark').first().waitFor();
    expect(address(page)).toBe('/moderation/conversations?q=bank+transfer');
  });
});

describe('audit', () => {
  test('lists who did what and why, filtered in the address', async () => {
    const page = await open('/audit');
    await rows(page).first().waitFor();
    expect(await rows(page).count()).toBe(5);
    const third = await rows(page).nth(2).textContent();
    expect(third).toContain('A person asked for help: ticket 4711');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByLabel('Who').fill('olivia');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => address(page)).toBe('/moderation/audit?actor=olivia');
    expect((await calls(page)).at(-1)).toEqual({ name: 'listAudit', input: { query: { actor: 'olivia' } } });
    await page
      .getByRole('link', { name: /Conversation …/ })
      .first()
      .click();
    await readButton(page).waitFor();
  });
});

const screens = {
  list: '/conversations?fixture=normal',
  hits: '/conversations?q=bank+transfer&from=2026-11-01',
  nothing: '/conversations?q=zzz',
  audit: '/audit',
  gate: reading,
  missing: '/nonsense',
  error: '?fixture=error',
  slow: '?fixture=slow',
};

test.each(looks)(
  'axe finds nothing and nothing is too wide, $size $colorScheme',
  async (look) => {
    const page = await open('', look);
    const check = async (name: string) => {
      expect(await violations(page), name).toEqual([]);
      const over = await page.evaluate(() =>
        ['html', '.parley-mod-page'].map((each) => {
          const node = document.querySelector(each);
          return node ? node.scrollWidth - node.clientWidth : 0;
        }),
      );
      expect(over, name).toEqual([0, 0]);
    };
    for (const [name, path] of Object.entries(screens)) {
      await page.goto(`${site.url}/moderation${path}`);
      await page.waitForTimeout(250);
      await check(name);
    }
    await page.goto(`${site.url}/moderation/conversations?fixture=normal`);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await check('filters');
    await page.goto(`${site.url}/moderation${reading}`);
    await read(page);
    await check('log');
  },
  60_000,
);
