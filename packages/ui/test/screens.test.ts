import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from '../../../test/support/browser.ts';
import { scenes } from './gallery/scenes.ts';
import { messageField, visitGallery } from './gallery/visit.ts';

const first = '00000000-0000-7000-8000-000000000001';

describe.each(['react', 'preact'] as const)('the messaging screens on %s', (engine) => {
  const visit = visitGallery(engine);
  const focused = (page: Page) =>
    page.evaluate(() => {
      const active = document.activeElement;
      return active?.getAttribute('data-id') ?? active?.getAttribute('aria-label') ?? active?.textContent;
    });

  // What axe looks at is the same markup on both.
  if (engine === 'react')
    describe('are accessible', () => {
      for (const colorScheme of ['light', 'dark'] as const)
        it.each(Object.keys(scenes))(`%s, ${colorScheme}`, (scene) =>
          visit(
            scene,
            async (page) => {
              await page.waitForTimeout(scene === 'offline' ? 1300 : 200);
              expect(await violations(page)).toEqual([]);
              await page.setViewportSize({ width: 390, height: 800 });
              expect(await violations(page)).toEqual([]);
              expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
            },
            { colorScheme },
          ),
        );

      it('dialogs, menus and the viewer', () =>
        visit('calm', async (page) => {
          await page.getByRole('button', { name: 'Report a problem' }).click();
          expect(await violations(page)).toEqual([]);
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: 'Block John D.' }).click();
          expect(await violations(page)).toEqual([]);
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: 'Notification settings' }).click();
          expect(await violations(page)).toEqual([]);
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: /^Photo from/ }).click();
          expect(await violations(page)).toEqual([]);
          await page.keyboard.press('Escape');
          await page.locator('.parley-said').last().hover();
          await page.getByRole('button', { name: 'Message options' }).last().click();
          expect(await violations(page)).toEqual([]);
        }));
    });

  it('go from search to list to thread and back by keyboard', () =>
    visit('list', async (page) => {
      await page.keyboard.press('/');
      expect(await focused(page)).toBe('Search conversations');
      for (let stop = 0; stop < 5; stop++) await page.keyboard.press('Tab');
      expect(await focused(page)).toBe(first);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      expect(await focused(page)).toMatch(/2$/);
      await page.keyboard.press('End');
      expect(await focused(page)).toMatch(/12$/);
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      await expect.poll(() => focused(page)).toBe('Message to John D.');
      await page.keyboard.press('Escape');
      await expect.poll(() => focused(page)).toBe(first);
      expect(await page.getByRole('heading', { name: 'No conversation open' }).isVisible()).toBe(true);
    }));

  it('show one pane on a narrow screen, and move the focus with it', () =>
    visit(
      'list',
      async (page) => {
        await page.getByRole('link', { name: /Amara Osei/ }).click();
        await expect.poll(() => focused(page)).toBe('Amara Osei');
        expect(await page.getByRole('navigation').isVisible()).toBe(false);
        await page.getByRole('button', { name: 'Listing, orders and options' }).click();
        expect(await focused(page)).toBe('Close');
        await page.keyboard.press('Escape');
        expect(await focused(page)).toBe('Listing, orders and options');
        await page.getByRole('button', { name: 'Back to all conversations' }).click();
        await expect.poll(() => focused(page)).toMatch(/2$/);
      },
      { width: 390 },
    ));

  it('send on Enter, break on Shift and Enter, and leave an input method alone', () =>
    visit('calm', async (page) => {
      await messageField(page).click();
      expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
      await page.evaluate(() => {
        const { activeElement } = document;
        const init = { key: 'Enter', bubbles: true, cancelable: true };
        activeElement?.dispatchEvent(new KeyboardEvent('keydown', { ...init, isComposing: true }));
        activeElement?.dispatchEvent(new KeyboardEvent('keydown', { ...init, keyCode: 229 }));
      });
      expect(await page.evaluate(() => window.gallery.sent.length)).toBe(0);
      await cdp.send('Input.insertText', { text: '日本' });
      await page.keyboard.press('Shift+Enter');
      await page.keyboard.type('two');
      expect(await messageField(page).inputValue()).toBe('日本\ntwo');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => window.gallery.sent.map((item) => item.text))).toEqual(['日本\ntwo']);
      expect(await messageField(page).inputValue()).toBe('');
      expect(await focused(page)).toBe('Message to John D.');
      await page.locator('.parley-own').last().getByText('Delivered').waitFor();
    }));

  it('keep a draft over a reload and say so in the list', () =>
    visit('calm', async (page) => {
      await messageField(page).fill('Half a thought');
      await page.reload();
      expect(await messageField(page).inputValue()).toBe('Half a thought');
      await page.getByRole('link', { name: /Clara Becker/ }).click();
      await page
        .getByRole('link', { name: /John D\./ })
        .getByText('Draft:')
        .waitFor();
      await page.getByRole('link', { name: /John D\./ }).click();
      expect(await messageField(page).inputValue()).toBe('Half a thought');
      await messageField(page).fill('');
    }));

  it('grow to eight lines and count near the limit', () =>
    visit('calm', async (page) => {
      const height = () => page.locator('.parley-writing').evaluate((element) => element.clientHeight);
      const one = await height();
      await messageField(page).fill('a\nb\nc');
      expect(await height()).toBe(one + 44);
      await messageField(page).fill('a\n'.repeat(40));
      expect(await height()).toBe(8 * 22 + 18);
      await messageField(page).fill('x'.repeat(4600));
      await page.getByText('4,600 of 5,000 characters').waitFor();
      await messageField(page).fill('x'.repeat(5001));
      await page.getByText('1 character too many').waitFor();
      expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    }));

  it('take files by picking, with progress, cancel and clear refusals', () =>
    visit('calm', async (page) => {
      const pick = (...names: string[]) =>
        page.setInputFiles(
          'input[type=file]',
          names.map((name) => ({
            name,
            mimeType: name.endsWith('.png')
              ? 'image/png'
              : name.endsWith('.pdf')
                ? 'application/pdf'
                : 'video/mp4',
            buffer: Buffer.alloc(1000),
          })),
        );
      await pick('slow.png', 'label.pdf');
      await page.getByRole('progressbar', { name: 'Uploading slow.png' }).waitFor();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('Sends once the upload is done').waitFor();
      expect(await page.evaluate(() => window.gallery.sent.length)).toBe(0);
      await page.getByRole('button', { name: 'Cancel slow.png' }).click();
      await page.waitForFunction(() => window.gallery.sent.length === 1);
      expect(await page.evaluate(() => window.gallery.sent[0]?.attachments.length)).toBe(1);
      await pick('film.mp4');
      await page.getByText('film.mp4 can’t be sent. Pictures and PDF files can.').waitFor();
      await pick('broken.png');
      await page.getByText(/broken\.png could not be uploaded: This is not a picture/).waitFor();
      await messageField(page).fill('With a picture');
      await pick('slow.png');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await pick('broken.png');
      await page.getByText(/broken\.png could not be uploaded: This is not a picture/).waitFor();
      await page.getByRole('button', { name: 'Cancel slow.png' }).click();
      expect(await page.evaluate(() => window.gallery.sent.length)).toBe(1);
      await messageField(page).fill('');
      await pick('a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png');
      await page.getByText('At most 5 files fit in one message.').waitFor();
      expect(await page.locator('.parley-chip').count()).toBe(5);
      await page.getByRole('button', { name: 'Remove d.png' }).waitFor();
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      expect(await page.evaluate(() => window.gallery.sent[1]?.attachments.length)).toBe(5);
      expect(await page.locator('.parley-chip').count()).toBe(0);
    }));

  it('keep a file that met no connection, and the message that waits for it', () =>
    visit('calm', async (page) => {
      await messageField(page).fill('With the picture');
      const picture = { name: 'lost.png', mimeType: 'image/png', buffer: Buffer.alloc(1000) };
      await page.setInputFiles('input[type=file]', picture);
      await messageField(page).press('Enter');
      await page.getByText('Sends once the upload is done').waitFor();
      expect(await messageField(page).inputValue()).toBe('With the picture');
      await page.waitForFunction(() => window.gallery.sent.length === 1);
      expect(
        await page.evaluate(() =>
          window.gallery.sent.map(({ text, attachments }) => [text, attachments.length]),
        ),
      ).toEqual([['With the picture', 1]]);
      expect(await page.getByRole('alert').count()).toBe(0);
    }));

  it('send and save nothing by themselves where a message is changed before the files are there', () =>
    visit('calm', async (page) => {
      const picture = { name: 'slow.png', mimeType: 'image/png', buffer: Buffer.alloc(1000) };
      await page.setInputFiles('input[type=file]', picture);
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByText('Sends once the upload is done').waitFor();
      await messageField(page).press('ArrowUp');
      await page.getByText('Sends once the upload is done').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.getByRole('button', { name: 'Remove slow.png' }).waitFor();
      expect(await page.evaluate(() => window.gallery.sent.length)).toBe(0);
    }));

  it('take files by pasting and dropping', () =>
    visit('calm', async (page) => {
      await messageField(page).focus();
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'pasted.png', { type: 'image/png' }));
        const init = { bubbles: true, cancelable: true, clipboardData: data };
        document.activeElement?.dispatchEvent(new ClipboardEvent('paste', init));
      });
      await page.getByText('pasted.png').waitFor();
      await page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['x'], 'dropped.pdf', { type: 'application/pdf' }));
        const over = (type: string) =>
          document
            .querySelector('.parley-log')
            ?.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
        over('dragover');
        setTimeout(() => over('drop'), 100);
      });
      await page.getByText('Drop to attach').waitFor();
      await page.getByText('dropped.pdf').waitFor();
      expect(await page.getByText('Drop to attach').count()).toBe(0);
    }));

  it('render a few rows of 5,000, and load more on the way down', () =>
    visit('lots', async (page) => {
      const rows = page.locator('.parley-row');
      expect(await rows.count()).toBeLessThan(40);
      const list = page.locator('.parley-rows');
      await page.getByRole('link', { name: /^Buyer 1 / }).focus();
      const end = async () => {
        await page.keyboard.press('End');
        return focused(page);
      };
      await expect.poll(end, { timeout: 5000 }).toBe('00000000-0000-7000-8000-000000005000');
      expect(await rows.count()).toBeLessThan(40);
      expect(await list.evaluate((element) => element.scrollHeight)).toBeGreaterThan(5000 * 82);
    }));

  it('move a row to the top without moving what one sees', () =>
    visit('lots', async (page) => {
      const list = page.locator('.parley-rows');
      await list.evaluate((element) => (element.scrollTop = 82 * 20));
      await page.waitForTimeout(50);
      const place = () => page.getByRole('link', { name: /^Buyer 23 / }).boundingBox();
      const before = await place();
      await page.evaluate(() => window.gallery.receive('00000000-0000-7000-8000-000000000040', 'I am new'));
      await page.waitForTimeout(50);
      expect((await place())?.y).toBe(before?.y);
      await list.evaluate((element) => (element.scrollTop = 0));
      await page.getByText('I am new').waitFor();
      expect(await page.locator('.parley-row').first().textContent()).toContain('Buyer 40');
    }));

  it('load older messages ahead of the scroll, without a jump', () =>
    visit('lots', async (page) => {
      const log = page.locator('.parley-log');
      const top = () => page.getByText('Message number 360', { exact: true }).boundingBox();
      await page.getByText(/^Message number 400/).waitFor();
      await log.evaluate((element) => (element.scrollTop = 700));
      const before = await top();
      await page.getByText(/^Message number 320/).waitFor({ state: 'attached' });
      expect(Math.abs(((await top())?.y ?? 0) - (before?.y ?? -1000))).toBeLessThan(2);
    }));

  it('count what came while one was reading above, and go back to it', () =>
    visit('lots', async (page) => {
      const log = page.locator('.parley-log');
      await page.getByText(/^Message number 400/).waitFor();
      await log.evaluate((element) => (element.scrollTop -= 1500));
      await page.getByRole('button', { name: 'Back to latest' }).waitFor();
      await page.evaluate((id) => window.gallery.receive(id, 'One'), first);
      await page.evaluate((id) => window.gallery.receive(id, 'Two'), first);
      expect(await page.evaluate(() => window.gallery.reads.length)).toBe(0);
      expect(await page.locator('.parley-new').count()).toBe(1);
      await page.getByRole('button', { name: '2 new messages' }).click();
      await expect.poll(() => page.evaluate(() => window.gallery.reads.at(-1)?.seq)).toBe(402);
      expect(await page.locator('.parley-latest').count()).toBe(0);
      await page.evaluate((id) => window.gallery.receive(id, 'Three'), first);
      await page.getByText('Three', { exact: true }).last().waitFor();
      await expect
        .poll(() =>
          log.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight),
        )
        .toBeLessThan(2);
    }));

  it('open at what is new, and mark it read only at the end', () =>
    visit('unread', async (page) => {
      await page.locator('.parley-new').waitFor();
      const inView = await page.locator('.parley-new').evaluate((element) => {
        const box = element.getBoundingClientRect();
        return box.top > 64 && box.bottom < 500;
      });
      expect(inView).toBe(true);
      expect(await page.evaluate(() => window.gallery.reads.length)).toBe(0);
      await page.locator('.parley-log').evaluate((element) => (element.scrollTop = element.scrollHeight));
      await expect.poll(() => page.evaluate(() => window.gallery.reads.at(-1)?.seq)).toBe(13);
      expect(await page.locator('.parley-new').count()).toBe(1);
    }));

  it('announce a message once, and never the history', () =>
    visit('calm', async (page) => {
      const status = page.locator('.parley-thread [role=status]');
      await page.waitForTimeout(100);
      expect(await status.textContent()).toBe('');
      expect(await page.getByRole('log').getAttribute('aria-live')).toBe('off');
      await page.evaluate((id) => window.gallery.type(id, 'buyer-1'), first);
      await expect.poll(() => status.textContent()).toBe('John D. is typing');
      await page.evaluate((id) => window.gallery.receive(id, 'Thank you!'), first);
      await expect.poll(() => status.textContent()).toBe('John D.: Thank you!');
      await messageField(page).fill('Welcome');
      await page.keyboard.press('Enter');
      await page.locator('.parley-own').last().getByText('Delivered').waitFor();
      expect(await status.textContent()).toBe('John D.: Thank you!');
    }));

  it('say that the other side is here', () =>
    visit('thread', (page) =>
      page
        .locator('.parley-thread .parley-with')
        .getByText(/^Here now · /)
        .waitFor(),
    ));

  it('keep a failed message with its reason, and retry or delete it', () =>
    visit('thread', async (page) => {
      await page.getByText(/Not sent\. You have sent many messages/).waitFor();
      await page
        .getByRole('link', { name: /John D\./ })
        .getByText('Not sent:')
        .waitFor();
      await page.getByRole('button', { name: 'Retry' }).click();
      await page.locator('.parley-own').last().getByText('Delivered').waitFor();
      expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
    }));

  it('edit and take back by keyboard alone', () =>
    visit('calm', async (page) => {
      await page.getByRole('log').focus();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowDown');
      expect(await focused(page)).toBe('Edit');
      await page.keyboard.press('Enter');
      await expect.poll(() => messageField(page).inputValue()).toContain('Thank you for the picture');
      await messageField(page).fill('refuse this');
      await page.keyboard.press('Enter');
      await page.getByText('Your change could not be saved: This message is too old to change.').waitFor();
      await messageField(page).fill('Thank you.');
      await page.keyboard.press('Enter');
      await page.locator('.parley-own').last().getByText('Edited').waitFor();
      expect(await messageField(page).inputValue()).toBe('');
      await page.getByRole('log').focus();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.getByText('You took back this message').waitFor();
    }));

  it('make links, and interpret nothing else', () =>
    visit('calm', async (page) => {
      const link = page.getByRole('link', { name: 'https://kilnandlens.example/care/stoneware' });
      expect(await link.getAttribute('rel')).toBe('noopener nofollow ugc');
      expect(await link.getAttribute('target')).toBe('_blank');
      await page.getByText('<b>that</b> is no markup').waitFor({ state: 'attached' });
    }));

  it('say once that there is no connection', () =>
    visit('calm', async (page) => {
      await page.evaluate(() => window.gallery.setConnection({ status: 'offline' }));
      await page.getByText('You’re offline. Messages will be sent later.').waitFor();
      await page.evaluate(() => window.gallery.setConnection({ status: 'online' }));
      await expect.poll(() => page.locator('.parley-strip').count()).toBe(0);
    }));

  it('show what waits for the connection in the list, before what was said last', () =>
    visit('offline', async (page) => {
      const row = page.locator(`.parley-row[data-id="${first}"] .parley-row-last`);
      await expect
        .poll(() => row.textContent())
        .toBe('You: I can throw you a new one this week, or refund it in full. Which would you like better?');
    }));

  it('say what a last message without words is', () =>
    visit('list', async (page) => {
      const last = (name: RegExp) =>
        page.getByRole('link', { name }).locator('.parley-row-last').textContent();
      expect(await last(/Filmlab Porto/)).toBe('2 photos');
      expect(await last(/Priya N\./)).toBe('Message removed');
    }));

  it('search, say that nothing is found, and lead back', () =>
    visit('list', async (page) => {
      await page.getByRole('searchbox').fill('vase');
      await expect.poll(() => page.locator('.parley-row').count()).toBe(1);
      await page.getByRole('searchbox').fill('no such thing');
      await page.getByText('Nothing found for “no such thing”').waitFor();
      await page.getByRole('button', { name: 'Show all conversations' }).click();
      await expect.poll(() => page.locator('.parley-row').count()).toBeGreaterThan(5);
      await page.getByRole('button', { name: /^Unread/ }).click();
      await expect.poll(() => page.locator('.parley-row').count()).toBe(3);
    }));

  it('report a message, block and unblock', () =>
    visit('calm', async (page) => {
      await page.getByRole('button', { name: 'Report a problem' }).click();
      await page.getByRole('radio', { name: 'Fraud or a scam' }).check();
      await page.getByRole('button', { name: 'Send report' }).click();
      await page.getByText('The moderators will look at it').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Block John D.' }).click();
      await page.getByRole('button', { name: 'Block', exact: true }).click();
      await page.getByText('You have blocked John D.').waitFor();
      expect(await messageField(page).count()).toBe(0);
      const calls = await page.evaluate(() => window.gallery.calls);
      expect(calls).toContainEqual({
        name: 'reportConversation',
        input: { body: { conversationId: first, reason: 'scam' } },
      });
      expect(calls).toContainEqual({ name: 'putBlock', input: { params: { id: 'buyer-1' } } });
    }));

  it('work inside of a shadow root', () =>
    visit(
      'calm',
      async (page) => {
        await messageField(page).click();
        await page.keyboard.type('Sealed/');
        expect(await messageField(page).inputValue()).toBe('Sealed/');
        await page.getByRole('button', { name: 'Notification settings' }).click();
        await page.keyboard.press('Escape');
        expect(await page.locator('.parley-thread').count()).toBe(1);
        await page.keyboard.press('Escape');
        await expect.poll(() => page.locator('.parley-thread h2').textContent()).toBe('No conversation open');
      },
      { query: '&sealed' },
    ));
});
