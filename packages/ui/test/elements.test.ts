import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { conversationId } from './gallery/fixture-data.ts';
import { launchBrowser, violations } from '../../../test/support/browser.ts';
import { looks, openPage, type Look } from './panels/browser.ts';
import { openPanels } from './panels/site.ts';

// All of this runs on what the build makes: the script tag's script, on Preact, and the hosted pages.
let browser: Browser;
let site: Awaited<ReturnType<typeof openPanels>>;
let last: { page: Page; errors: string[] } | null = null;

beforeAll(async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const built = spawnSync(process.execPath, ['scripts/build.mjs', '--if-stale', '--quiet'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(built.status, built.stderr).toBe(0);
  [browser, site] = await Promise.all([launchBrowser(), openPanels()]);
}, 60_000);
afterEach(async () => {
  expect(last?.errors.filter((text) => !/status of (401|503)|WebSocket/.test(text)) ?? []).toEqual([]);
  await last?.page.close();
  last = null;
});
afterAll(async () => {
  await browser.close();
  site.close();
});

async function open(path: string, look?: Look): Promise<Page> {
  last = await openPage(browser, site.url + path, look);
  return last.page;
}
const told = (page: Page) => page.evaluate(() => window.told);
const contact = (page: Page) => page.getByRole('button', { name: 'Ask the maker' });

describe('elements', () => {
  test('wait until the page says which service and who', async () => {
    const page = await open('/elements?later');
    expect(await contact(page).count()).toBe(0);
    await page.evaluate(() => window.connect());
    await contact(page).waitFor();
    await page.locator('parley-unread').getByText('1', { exact: true }).waitFor();
  });

  test('the page’s styles stay outside, and Parley’s inside', async () => {
    const page = await open('/elements');
    await contact(page).waitFor();
    const style = await contact(page).evaluate((node) => {
      const { borderTopWidth, color } = getComputedStyle(node);
      return { borderTopWidth, color };
    });
    expect(style.borderTopWidth).toBe('0px');
    expect(style.color).not.toBe('rgb(255, 0, 0)');
    expect(
      await page.evaluate(() => getComputedStyle(document.body).getPropertyValue('--parley-accent')),
    ).toBe('');
  });

  test('a page gives the element its own accent and scheme', async () => {
    const page = await open('/elements');
    await contact(page).waitFor();
    const background = () => contact(page).evaluate((node) => getComputedStyle(node).backgroundColor);
    const light = await background();
    await page.locator('parley-contact').evaluate((node) => node.setAttribute('theme', 'dark'));
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.locator('parley-contact').evaluate((node) => {
      if (node instanceof HTMLElement) node.style.setProperty('--parley-surface-3', 'rgb(1, 2, 3)');
    });
    expect(await background()).toBe('rgb(1, 2, 3)');
  });

  test('contact: own words and questions, events, and a link to the page’s own messages', async () => {
    const page = await open('/elements');
    await contact(page).click();
    const dialog = page.getByRole('dialog', { name: 'Ask Clay & Co' });
    await dialog.waitFor();
    await expect
      .poll(() =>
        page.evaluate(() => {
          const root = document.querySelector('parley-contact')?.shadowRoot;
          return root?.activeElement?.localName;
        }),
      )
      .toBe('textarea');
    await page.getByRole('button', { name: 'Is it deep enough for soup?' }).click();
    await page.getByRole('button', { name: 'Off it goes' }).click();
    const link = page.getByRole('link', { name: 'Open the conversation' });
    expect(await link.getAttribute('href')).toBe(`/messages?conversation=${conversationId(1)}`);
    expect(await told(page)).toMatchObject([
      { type: 'parley:opened', detail: { listingId: 'bowl' } },
      { type: 'parley:sent', detail: { listingId: 'bowl', conversationId: conversationId(1) } },
    ]);
    await page.keyboard.press('Escape');
    expect(
      await page.evaluate(
        () => document.querySelector('parley-contact')?.shadowRoot?.activeElement?.localName,
      ),
    ).toBe('button');
  });

  test('inbox: the open conversation stands in the page’s address, beside what is there already', async () => {
    const page = await open('/elements?tab=messages#top');
    await page.locator('parley-inbox').getByText('Pottery Bowl').first().click();
    await expect.poll(() => page.url()).toContain(`?tab=messages&conversation=${conversationId(1)}#top`);
    await page.locator('parley-inbox').getByRole('log').waitFor();
    await expect
      .poll(async () => (await told(page)).at(-1))
      .toEqual({ type: 'parley:opened', detail: { conversationId: conversationId(1) } });
    await page.goBack();
    await expect.poll(() => page.locator('parley-inbox').getByRole('log').count()).toBe(0);
    await page.goForward();
    await page.reload();
    await page.locator('parley-inbox').getByRole('log').waitFor();
  });

  test('inbox: the hash instead, or no address at all', async () => {
    const page = await open('/elements');
    const inbox = page.locator('parley-inbox');
    await inbox.evaluate((node) => node.setAttribute('address', 'hash'));
    await inbox.getByText('Pottery Bowl').first().click();
    await expect.poll(() => page.url()).toMatch(new RegExp(`/elements#conversation=${conversationId(1)}$`));
    await inbox.evaluate((node) => node.setAttribute('address', 'off'));
    await expect.poll(() => inbox.getByRole('log').count()).toBe(0);
    await inbox.evaluate((node, id) => node.setAttribute('conversation-id', id), conversationId(1));
    await inbox.getByRole('log').waitFor();
  });

  test('inbox: the number of unread conversations stands in the page’s title where the page asks for it', async () => {
    const page = await open('/elements');
    await page.locator('parley-unread').getByText('1', { exact: true }).waitFor();
    const title = await page.title();
    expect(title).not.toMatch(/^\(/);
    const inbox = page.locator('parley-inbox');
    await inbox.evaluate((node) => node.toggleAttribute('count-in-title'));
    await expect.poll(() => page.title()).toBe(`(1) ${title}`);
    await inbox.evaluate((node) => node.remove());
    await expect.poll(() => page.title()).toBe(title);
  });

  test('the title that a page sets itself outlives the element that counted in it', async () => {
    const page = await open('/elements');
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    const inbox = page.locator('parley-inbox');
    await inbox.evaluate((node) => node.toggleAttribute('count-in-title'));
    await expect.poll(() => page.title()).toMatch(/^\(1\) /);
    await inbox.evaluate((node) => {
      document.title = 'The next page';
      node.remove();
    });
    await page.waitForTimeout(200);
    expect(await page.title()).toBe('The next page');
  });

  test('an element that is moved keeps what it shows, one that is removed leaves nothing', async () => {
    const page = await open('/elements');
    await contact(page).click();
    await page.getByRole('textbox', { name: 'Your message' }).fill('A draft');
    await page.keyboard.press('Escape');
    await page.evaluate(() => {
      const element = document.querySelector('parley-contact');
      if (element) document.body.append(element);
    });
    await contact(page).click();
    expect(await page.getByRole('textbox', { name: 'Your message' }).inputValue()).toBe('A draft');
    const left = await page.evaluate(async () => {
      const element = document.querySelector('parley-contact');
      element?.remove();
      await new Promise((done) => setTimeout(done, 20));
      return element?.shadowRoot?.childElementCount;
    });
    expect(left).toBe(0);
  });

  test('a token comes from the page’s own back end', async () => {
    site.session.tokens.length = 0;
    await open('/configured');
    await expect.poll(() => site.session.tokens).toContain('Bearer token-of-john');
  });

  test.each(looks)('axe finds nothing, $size $colorScheme', async (look) => {
    const page = await open('/elements', look);
    await page.locator('parley-inbox').getByText('Pottery Bowl').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await contact(page).click();
    await page.getByRole('heading', { name: 'Pottery Bowl', level: 3 }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

describe.each(['inbox.js', 'inbox.preact.js'])('hosted page, %s', (script) => {
  async function openHosted(path: string, look?: Look): Promise<Page> {
    const { page } = (last = await openPage(browser, 'about:blank', look));
    await page.route('**/assets/inbox.js', (route) =>
      route.continue({ url: `${site.url}/assets/${script}` }),
    );
    await page.goto(site.url + path);
    return page;
  }

  test.each(looks)('says in a friendly way that one must sign in, $size $colorScheme', async (look) => {
    site.session.status = 401;
    const page = await openHosted('/inbox', look);
    await page.getByRole('heading', { name: 'Sign in at the marketplace first' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('says that the service is not reached, and tries again', async () => {
    site.session.status = 503;
    const page = await openHosted(`/c/${conversationId(1)}?t=secret`);
    await page.getByRole('heading', { name: 'can’t be reached' }).waitFor();
    site.session.status = 401;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
