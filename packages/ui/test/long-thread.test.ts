import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { messageField, visitGallery } from './gallery/visit.ts';

declare global {
  interface Window {
    /** How often a date was formatted. */
    written: number;
  }
}

const first = '00000000-0000-7000-8000-000000000001';

/** A smooth scroll takes its time. */
const scrolls = { timeout: 5000 };

const receive = (page: Page, text: string) =>
  page.evaluate(([id, said]) => window.gallery.receive(id, said), [first, text] as const);

/** A message becomes longer and, milliseconds later, shorter again. */
const editTwice = (page: Page, seq: number, pause: number) =>
  page.evaluate(
    async ([id, which, after]) => {
      const longer = window.gallery.edit(id, which, 'A longer text than before, '.repeat(20));
      await new Promise((done) => setTimeout(done, after));
      await Promise.all([longer, window.gallery.edit(id, which, `In short, ${after}`)]);
    },
    [first, seq, pause] as const,
  );

/** Until the browser has laid out and painted what was done, and has left out what it may. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 4; frame++)
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  });

/** Until the thread shows so many messages, and has settled. */
async function loaded(page: Page, messages: number): Promise<void> {
  await expect.poll(() => page.locator('.parley-bubble').count()).toBe(messages);
  await settled(page);
}

/** How many parts of the log the browser leaves out, and how far its height is from that of a log that is laid out as a whole. */
const leftOut = (page: Page) =>
  page.locator('.parley-log').evaluate((log) => {
    const parts = [...log.querySelectorAll<HTMLElement>('.parley-messages > div:has(> article)')];
    const skipped = parts.filter(
      (part) => part.lastElementChild?.checkVisibility({ contentVisibilityAuto: true }) === false,
    );
    const height = log.scrollHeight;
    const before = parts.map((part) => part.style.contentVisibility);
    for (const part of parts) part.style.contentVisibility = 'visible';
    const whole = log.scrollHeight;
    parts.forEach((part, index) => (part.style.contentVisibility = before[index] ?? ''));
    return { parts: parts.length, skipped: skipped.length, off: whole - height };
  });

/** Tells later in which parts of the log, by their number, anything has changed in the document since now. */
async function watchChunks(page: Page): Promise<() => Promise<number[]>> {
  const changed = await page.locator('.parley-log').evaluateHandle((log) => {
    const parts = [...log.querySelectorAll('.parley-messages > div:has(> article)')];
    const found = new Set<number>();
    new MutationObserver((records) => {
      for (const { target } of records) found.add(parts.findIndex((part) => part.contains(target)));
    }).observe(log, { subtree: true, childList: true, attributes: true, characterData: true });
    return found;
  });
  // around the parts somebody typed, and does not any more
  return () => changed.evaluate((found) => [...found].filter((part) => part >= 0));
}

const fromEnd = (page: Page) =>
  page
    .locator('.parley-log')
    .evaluate((log) => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight));

/** Scrolls to the top in steps, and says by how much what is seen moved otherwise than the step asked for. */
const scrollToTop = (page: Page, step: number) =>
  page.locator('.parley-log').evaluate(async (log, by) => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const middle = () => log.getBoundingClientRect().top + log.clientHeight / 2;
    const atMiddle = () =>
      [...log.querySelectorAll('.parley-group')].find(
        (group) => group.getBoundingClientRect().bottom > middle(),
      );
    const jumps: number[] = [];
    for (let still = 0; still < 20; still = log.scrollTop > 0 ? 0 : still + 1) {
      const seen = atMiddle();
      const before = seen?.getBoundingClientRect().top ?? 0;
      const asked = Math.min(by, log.scrollTop);
      log.scrollTop -= asked;
      await frame();
      await frame();
      const off = (seen?.getBoundingClientRect().top ?? 0) - before - asked;
      if (!seen?.isConnected || Math.abs(off) > 1) jumps.push(off);
    }
    return jumps;
  }, step);

describe.each(['react', 'preact'] as const)('a long thread on %s', (engine) => {
  const visit = visitGallery(engine);

  it('leaves 2,000 messages alone at each key, and at what else happens around them', () =>
    visit(
      'calm',
      async (page) => {
        await loaded(page, 2000);
        const looks = async (act: () => Promise<unknown>) => {
          const before = await page.evaluate(() => window.gallery.looks.count);
          await act();
          await settled(page);
          return (await page.evaluate(() => window.gallery.looks.count)) - before;
        };
        const few = 100;
        await messageField(page).focus();
        expect(await looks(() => page.keyboard.type('Half a thought'))).toBeLessThan(few);
        expect(await looks(() => page.keyboard.press('Shift+Enter'))).toBeLessThan(few);
        const type = () => page.evaluate((id) => window.gallery.type(id, 'buyer-1'), first);
        expect(await looks(type)).toBeLessThan(few);
        const files = [{ name: 'a.png', mimeType: 'image/png', buffer: Buffer.alloc(1000) }];
        const pick = async () => {
          await page.setInputFiles('input[type=file]', files);
          await page.getByRole('button', { name: 'Remove a.png' }).waitFor();
        };
        expect(await looks(pick)).toBeLessThan(few);
        const changedChunks = await watchChunks(page);
        const received = await looks(() => receive(page, 'One more'));
        expect(received).toBeGreaterThan(2000);
        expect(await changedChunks()).toEqual([40]);
        await messageField(page).fill('');
      },
      { query: '&messages=2000' },
    ));

  it('writes no time of day again as the clock goes on', () =>
    visit(
      'calm',
      async (page) => {
        await page.clock.install();
        await page.addInitScript(() => {
          const { prototype } = Intl.DateTimeFormat;
          const format = Object.getOwnPropertyDescriptor(prototype, 'format');
          window.written = 0;
          Object.defineProperty(prototype, 'format', {
            get() {
              window.written++;
              const write: unknown = format?.get?.call(this);
              return write;
            },
          });
        });
        await page.reload();
        await expect.poll(() => page.locator('.parley-bubble').count()).toBe(600);
        await page.clock.runFor(1000);
        const before = await page.evaluate(() => window.written);
        expect(before).toBeGreaterThan(600);
        await page.clock.runFor(60_000);
        // days, and the list's rows
        expect((await page.evaluate(() => window.written)) - before).toBeLessThan(200);
      },
      { query: '&messages=600' },
    ));

  it.each([
    [1280, ''],
    [390, '&dir=rtl'],
  ])('leaves out what is out of sight, and nothing moves by it, %i px wide %s', (width, query) =>
    visit(
      'calm',
      async (page) => {
        // what is wrong with observers is told to the window alone
        await page.addInitScript(() =>
          window.addEventListener('error', (event) => console.error(event.message)),
        );
        await page.reload();
        await expect.poll(() => page.locator('.parley-bubble').count()).toBe(600);
        const expectLeftOut = async () => {
          await settled(page);
          const { parts, skipped, off } = await leftOut(page);
          expect(parts).toBe(13);
          expect(skipped).toBeGreaterThanOrEqual(9);
          expect(off).toBe(0);
        };
        await expectLeftOut();
        expect(await fromEnd(page)).toBe(0);
        await receive(page, 'One more');
        await expectLeftOut();
        expect(await fromEnd(page)).toBe(0);
        // twice, so that the second change comes while the first is still being measured
        for (const pause of [4, 8, 12, 16]) {
          await editTwice(page, 100, pause);
          await expectLeftOut();
          expect(await fromEnd(page)).toBe(0);
        }
        for (const other of [700, 500, width]) {
          await page.setViewportSize({ width: other, height: 800 });
          await expectLeftOut();
          expect(await fromEnd(page)).toBe(0);
        }
        expect(await scrollToTop(page, 700)).toEqual([]);
        await expectLeftOut();
      },
      { width, query: `&messages=600${query}` },
    ),
  );

  it.each([1280, 390])('loads all that is older on the way up, without a jump, %i px wide', (width) =>
    visit(
      'lots',
      async (page) => {
        if (width < 768) await page.locator('.parley-thread').waitFor();
        await page.getByText(/^Message number 400/).waitFor();
        await settled(page);
        expect(await scrollToTop(page, 500)).toEqual([]);
        expect(await page.locator('.parley-bubble').count()).toBe(400);
        await settled(page);
        expect((await leftOut(page)).off).toBe(0);
        await receive(page, 'One more');
        await page.getByRole('button', { name: '1 new message' }).click();
        await expect.poll(() => fromEnd(page), scrolls).toBe(0);
        await page.getByText('One more', { exact: true }).last().waitFor();
      },
      { width },
    ),
  );

  it('opens at what is new far above, and goes back to the end', () =>
    visit(
      'unread',
      async (page) => {
        await page.locator('.parley-new').waitFor();
        await settled(page);
        const top = await page.locator('.parley-new').evaluate((line) => line.getBoundingClientRect().top);
        expect(top).toBeGreaterThan(64);
        expect(top).toBeLessThan(500);
        expect(await page.evaluate(() => window.gallery.reads.length)).toBe(0);
        expect((await leftOut(page)).skipped).toBeGreaterThanOrEqual(9);
        await page.getByRole('button', { name: 'Back to latest' }).click();
        await expect.poll(() => page.evaluate(() => window.gallery.reads.at(-1)?.seq), scrolls).toBe(600);
        await expect.poll(() => fromEnd(page), scrolls).toBe(0);
      },
      { query: '&messages=600' },
    ));

  it('finds what is left out, and goes through it by keyboard', () =>
    visit(
      'calm',
      async (page) => {
        await loaded(page, 600);
        const shown = (text: string) =>
          page
            .getByText(text, { exact: true })
            .evaluate((element) => element.checkVisibility({ contentVisibilityAuto: true }));
        expect(await shown('Message number 333')).toBe(false);
        expect(await page.evaluate("find('number 333')")).toBe(true);
        await settled(page);
        expect(await shown('Message number 333')).toBe(true);
        await page.getByRole('log').focus();
        for (let press = 0; press < 150; press++) await page.keyboard.press('ArrowUp');
        const focused = await page.evaluate(() => {
          const { top, bottom } = document.activeElement?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
          const said = document.activeElement?.closest('.parley-said')?.textContent;
          return { said, inView: top > 64 && bottom < 800 };
        });
        expect(focused).toEqual({ said: 'Message number 451', inView: true });
        await page.keyboard.press('Enter');
        await page.getByRole('menuitem', { name: 'Copy text' }).waitFor();
        await page.keyboard.press('Escape');
        // a menu that is closed is not there: what is left out would be read out as if it were shown
        await expect.poll(() => page.locator('[role=menu]').count()).toBe(0);
        expect((await leftOut(page)).off).toBe(0);
      },
      { query: '&messages=600' },
    ));
});
