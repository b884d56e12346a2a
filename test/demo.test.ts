import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser, violations } from './support/browser.ts';
import { startDemo, visit, type Demo, type Visitor, type VisitorOptions } from './support/demo.ts';

let demo: Demo;
let browser: Browser;
const visitors: Visitor[] = [];

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser.close();
  await demo.stop();
});

afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
});

async function be(
  who: 'john' | 'sarah' | 'olivia',
  path: string,
  options: VisitorOptions = {},
): Promise<Visitor> {
  const visitor = await visit(demo, browser, who, options);
  visitors.push(visitor);
  await visitor.goto(path);
  return visitor;
}

const composer = (page: Page): Locator => page.getByRole('textbox', { name: /^Message to/ });
const log = (page: Page): Locator => page.getByRole('log');
const row = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name }).first();

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** A conversation of John's with Clay & Co about a listing, opened through the API. */
async function converse(listingId: string, text: string): Promise<string> {
  const opened = await demo.call(
    'POST',
    '/conversations',
    { listingId, text, clientId: `${listingId}-${text}` },
    'john',
  );
  const id = /"conversation":\{"id":"([^"]+)"/.exec(JSON.stringify(opened))?.[1];
  if (id === undefined) throw new Error('no conversation');
  return id;
}

async function noErrors(...people: Visitor[]): Promise<void> {
  await Promise.resolve();
  expect(people.flatMap(({ errors }) => errors)).toEqual([]);
}

describe('contact and conversation', () => {
  test('a buyer contacts the seller from a listing; the seller sees it arrive, in the list, the badge and the title', async () => {
    const sarah = await be('sarah', '/inbox');
    await row(sarah.page, /John/).waitFor();
    const before = /\((\d+)\)/.exec(await sarah.page.title())?.[1] ?? '0';
    const john = await be('john', '/listings/bowl');
    await john.page.getByRole('button', { name: 'Contact seller' }).click();
    const dialog = john.page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Is the bowl safe in a microwave?');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByText('Sent to').waitFor();
    const arrived = row(sarah.page, /Pottery Bowl/);
    await arrived.waitFor();
    expect(await arrived.textContent()).toContain('Is the bowl safe in a microwave?');
    await expect.poll(() => sarah.page.title(), { timeout: 5_000 }).toContain(`(${Number(before) + 1})`);
    await dialog
      .getByRole('link', { name: 'Open the conversation' })
      .or(dialog.getByRole('button', { name: 'Open the conversation' }))
      .click();
    await log(john.page).getByText('Is the bowl safe in a microwave?').waitFor();
    await noErrors(john, sarah);
  });

  test('two windows talk: typing is seen, messages arrive, read marks follow', async () => {
    const id = await converse('teapot', 'Does the teapot drip?');
    const [john, sarah] = [await be('john', `/inbox/${id}`), await be('sarah', `/inbox/${id}`)];
    await composer(sarah.page).click();
    await sarah.page.keyboard.type('Not a single');
    await john.page
      .getByText(/is typing/)
      .first()
      .waitFor({ state: 'attached' });
    await say(sarah.page, 'Not a single drop.');
    await log(john.page).getByText('Not a single drop.').waitFor();
    await john.page.bringToFront();
    await composer(john.page).click();
    await log(sarah.page).getByText(/Read/).last().waitFor();
    await say(john.page, 'Then I want it.');
    await log(sarah.page).getByText('Then I want it.').waitFor();
    await noErrors(john, sarah);
  });

  test('the search finds by name and by listing, accents and case aside', async () => {
    const sarah = await be('sarah', '/inbox');
    const search = sarah.page.getByRole('searchbox', { name: 'Search conversations' });
    await search.fill('LEA fon');
    await row(sarah.page, /Léa Fontaine/).waitFor();
    await expect
      .poll(() => sarah.page.getByRole('navigation', { name: 'Conversations' }).getByRole('listitem').count())
      .toBe(1);
    await search.fill('plates');
    await row(sarah.page, /Dinner plates/).waitFor();
    await search.fill('100%_');
    await sarah.page
      .getByText(/Nothing found/)
      .first()
      .waitFor();
  });

  test('a picture is pasted, sent, and seen by the other side without its camera’s data', async () => {
    const id = await converse('vase', 'Could you show the vase from above?');
    const [john, sarah] = [await be('john', `/inbox/${id}`), await be('sarah', `/inbox/${id}`)];
    await composer(sarah.page).click();
    await sarah.page.evaluate(async () => {
      const canvas = new OffscreenCanvas(640, 480);
      canvas.getContext('2d')?.fillRect(10, 10, 300, 200);
      const file = new File([await canvas.convertToBlob({ type: 'image/png' })], 'vase.png', {
        type: 'image/png',
      });
      const data = new DataTransfer();
      data.items.add(file);
      const field = document.activeElement;
      field?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await sarah.page.getByText('vase.png').first().waitFor();
    await expect.poll(() => sarah.page.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true);
    await say(sarah.page, 'Here it is.');
    await log(john.page).getByText('Here it is.').waitFor();
    const picture = log(john.page)
      .getByRole('img', { name: /vase\.png/ })
      .first();
    await picture.waitFor();
    await expect
      .poll(() => picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)))
      .toBeGreaterThan(100);
    await noErrors(john, sarah);
  });

  test('a draft survives a reload', async () => {
    const id = await converse('mug', 'Is the mug still there?');
    const john = await be('john', `/inbox/${id}`);
    await composer(john.page).fill('I would like two, if');
    await john.page.waitForTimeout(600);
    await john.page.reload();
    await expect.poll(() => composer(john.page).inputValue()).toBe('I would like two, if');
  });

  test('three messages written offline arrive once, in order, when the line is back', async () => {
    const id = await converse('plates', 'Do the plates stack?');
    const [john, sarah] = [await be('john', `/inbox/${id}`), await be('sarah', `/inbox/${id}`)];
    await log(john.page).getByText('Do the plates stack?').waitFor();
    await john.context.setOffline(true);
    await john.page.getByText(/You’re offline/).waitFor();
    const texts = ['offline one', 'offline two', 'offline three'];
    for (const text of texts) await say(john.page, text);
    await log(john.page).getByText('offline three').waitFor();
    await john.context.setOffline(false);
    for (const text of texts)
      await log(sarah.page).getByText(text, { exact: true }).waitFor({ timeout: 45_000 });
    const stored = await demo.call('GET', `/conversations/${id}/messages`, undefined, 'sarah');
    const found = [...JSON.stringify(stored).matchAll(/"text":"(offline [a-z]+)"/g)].map((match) => match[1]);
    expect(found).toEqual(texts);
  }, 60_000);
});

describe('email', () => {
  test('tells the seller of a message, and its link opens the conversation without signing in', async () => {
    const id = await converse('film', 'Which films do you develop?');
    const john = await be('john', '/mailbox');
    const mail = john.page
      .getByRole('link', { name: /Colour film/ })
      .or(john.page.getByRole('button', { name: /Colour film/ }))
      .first();
    await mail.click({ timeout: 15_000 });
    const frame = john.page.frameLocator('iframe');
    await frame.getByText('Which films do you develop?').last().waitFor();
    const link = await frame
      .getByRole('link', { name: /Reply|Open|Read|Answer/ })
      .first()
      .getAttribute('href');
    expect(link).toContain(`/c/${id}?t=`);
    const stranger = await browser.newContext();
    const page = await stranger.newPage();
    await page.goto(link ?? '');
    await log(page).getByText('Which films do you develop?').waitFor();
    expect(page.url()).not.toContain('t=');
    await say(page, 'Colour and black and white.');
    await log(page).getByText('Colour and black and white.').waitFor();
    await expect
      .poll(async () =>
        JSON.stringify(await demo.call('GET', `/conversations/${id}/messages`, undefined, 'john')),
      )
      .toContain('Colour and black and white.');
    await stranger.close();
  }, 40_000);
});

describe('moderation', () => {
  test('finds a conversation by a word of its text, shows nothing more before a reason, and records the reading', async () => {
    await converse('throwing-class', 'Would the word zanzibarite be found?');
    const olivia = await be('olivia', '/moderation');
    await olivia.page.getByRole('searchbox').fill('zanziBAR');
    await olivia.page.getByRole('searchbox').press('Enter');
    const hit = olivia.page
      .getByRole('row', { name: /zanzibarite/ })
      .or(olivia.page.getByRole('link', { name: /Throwing class/ }))
      .first();
    await hit.waitFor();
    await olivia.page.getByRole('link', { name: /John/ }).first().click();
    await olivia.page.getByRole('radio').first().check();
    await olivia.page.getByRole('textbox', { name: /Note/ }).fill('1004 buyer asked us to look');
    expect(await olivia.page.locator('body').textContent()).not.toContain('Would the word');
    await olivia.page.getByRole('button', { name: 'Record and read' }).click();
    await olivia.page.getByText('Would the word zanzibarite be found?').waitFor();
    await olivia.goto('/moderation/audit');
    await olivia.page
      .getByText(/1004 buyer asked us to look/)
      .first()
      .waitFor();
    await noErrors(olivia);
  });

  test('is closed to everybody else', async () => {
    const john = await be('john', '/moderation');
    await expect.poll(() => john.page.locator('body').textContent()).toMatch(/moderator|not allowed|owner/i);
  });
});

describe('by keyboard, small, and on the script’s own build', () => {
  test('the whole inbox works by keyboard', async () => {
    const john = await be('john', '/inbox');
    await row(john.page, /Northlight/).waitFor();
    await john.page.keyboard.press('/');
    await john.page.keyboard.type('northlight');
    await expect
      .poll(() => john.page.getByRole('navigation', { name: 'Conversations' }).getByRole('listitem').count())
      .toBe(1);
    await john.page.keyboard.press('ArrowDown');
    await john.page.keyboard.press('Enter');
    await log(john.page).waitFor();
    await expect
      .poll(() => composer(john.page).evaluate((field) => field === document.activeElement))
      .toBe(true);
    await john.page.keyboard.type('By keyboard alone');
    await john.page.keyboard.press('Enter');
    await log(john.page).getByText('By keyboard alone').waitFor();
    await noErrors(john);
  });

  test('at 390 pixels one pane at a time, with a way back', async () => {
    const john = await be('john', '/inbox', { width: 390 });
    await row(john.page, /Northlight/).click();
    await log(john.page).waitFor();
    expect(await row(john.page, /Northlight/).isVisible()).toBe(false);
    await john.page
      .getByRole('button', { name: 'Back to all conversations' })
      .or(john.page.getByRole('link', { name: 'Back to all conversations' }))
      .first()
      .click();
    await row(john.page, /Northlight/).waitFor();
    await john.page.goBack();
    await log(john.page).waitFor();
    expect(await john.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await noErrors(john);
  });

  test('the elements of the script talk too: Preact in a shadow root, inside the shop’s page', async () => {
    const [john, sarah] = [await be('john', '/messages'), await be('sarah', '/messages')];
    await row(john.page, /Stoneware mug/).click();
    await row(sarah.page, /John.*Stoneware mug/).waitFor();
    const unread = async () => Number(/^\((\d+)\) Messages/.exec(await sarah.page.title())?.[1] ?? 0);
    // What other tests left unread in it must not hide that one more is.
    await row(sarah.page, /John.*Stoneware mug/).click();
    await log(sarah.page).waitFor();
    await expect
      .poll(() =>
        row(sarah.page, /John.*Stoneware mug/).evaluate(
          (link) => link.closest('.parley-row-unread') ?? link.querySelector('.parley-row-unread'),
        ),
      )
      .toBeNull();
    await sarah.goto('/messages');
    await row(sarah.page, /John.*Stoneware mug/).waitFor();
    await expect.poll(unread).toBeGreaterThan(0);
    const before = await unread();
    await say(john.page, 'From the shop’s own page');
    await expect.poll(unread, { timeout: 5_000 }).toBe(before + 1);
    await row(sarah.page, /John.*Stoneware mug/).click();
    await expect.poll(unread, { timeout: 5_000 }).toBe(before);
    await log(sarah.page).getByText('From the shop’s own page').waitFor();
    expect(await john.page.locator('parley-inbox').evaluate((element) => element.shadowRoot !== null)).toBe(
      true,
    );
    await noErrors(john, sarah);
  });
});

describe('axe finds nothing', () => {
  const screens = [
    ['john', '/'],
    ['john', '/listings/bowl'],
    ['john', '/orders'],
    ['john', '/messages'],
    ['john', '/inbox'],
    ['john', 'conversation'],
    ['john', '/mailbox'],
    ['john', '/side-by-side'],
    ['olivia', '/moderation'],
    ['olivia', '/moderation?q=bowl'],
    ['olivia', '/moderation/audit'],
  ] as const;
  const looks = [
    { width: 1280, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
    { width: 390, colorScheme: 'light' },
    { width: 390, colorScheme: 'dark' },
  ] as const;

  test.each(looks)(
    'at $width pixels, $colorScheme',
    async (look) => {
      const id = await converse('bowl', 'Is the bowl safe in a microwave?');
      const people = { john: await be('john', '/', look), olivia: await be('olivia', '/', look) };
      const found: string[] = [];
      for (const [who, path] of screens) {
        const visitor = people[who];
        await visitor.goto(path === 'conversation' ? `/inbox/${id}` : path);
        await visitor.page.waitForLoadState('networkidle').catch(() => undefined);
        await visitor.page.waitForTimeout(300);
        found.push(...(await violations(visitor.page)).map((violation) => `${path}: ${violation}`));
      }
      expect(found).toEqual([]);
    },
    90_000,
  );
});
