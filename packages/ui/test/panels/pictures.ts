// Takes a picture of every state: npx tsx packages/ui/test/panels/pictures.ts <folder> [name …]
import { mkdirSync } from 'node:fs';
import { type Page } from 'playwright-core';
import { launchBrowser } from '../../../../test/support/browser.ts';
import { conversationId } from '../gallery/fixture-data.ts';
import { openPanels } from './site.ts';

const openDialog = (page: Page) => page.getByRole('button', { name: 'Contact seller' }).click();
const read = async (page: Page) => {
  await page.getByRole('radio', { name: /report or a flag/ }).check();
  await page.getByRole('button', { name: 'Record and read' }).click();
};

const states: Record<string, { path: string; act?: (page: Page) => Promise<unknown> }> = {
  'contact-open': { path: '/', act: openDialog },
  'contact-asked': { path: '/?fixture=asked', act: openDialog },
  'contact-bare': { path: '/?fixture=bare', act: openDialog },
  'contact-slow': { path: '/?fixture=slow', act: openDialog },
  'contact-error': { path: '/?fixture=error', act: openDialog },
  'contact-started': {
    path: '/',
    act: async (page) => {
      await openDialog(page);
      await page.getByRole('button', { name: 'When would it arrive?' }).click();
    },
  },
  'contact-sent': {
    path: '/',
    act: async (page) => {
      await openDialog(page);
      await page.getByRole('button', { name: 'When would it arrive?' }).click();
      await page.getByRole('button', { name: 'Send' }).click();
    },
  },
  conversations: { path: '/moderation/conversations' },
  search: { path: '/moderation/conversations?q=bank+transfer&from=2026-11-01' },
  filters: {
    path: '/moderation/conversations?flag=payment&storeId=store-0',
    act: (page) => page.getByRole('button', { name: 'Filter', exact: true }).click(),
  },
  'conversations-empty': { path: '/moderation?fixture=empty' },
  'conversations-nothing': { path: '/moderation/conversations?q=zzz' },
  'conversations-error': { path: '/moderation?fixture=error' },
  'conversations-slow': { path: '/moderation?fixture=slow' },
  paged: { path: '/moderation/conversations?fixture=paged' },
  gate: {
    path: '/moderation/conversations',
    act: (page) => page.getByRole('link', { name: /Marta/ }).click(),
  },
  'gate-link': { path: `/moderation/conversations/${conversationId(1)}` },
  reading: { path: `/moderation/conversations/${conversationId(4)}`, act: read },
  audit: { path: '/moderation/audit' },
  member: { path: '/moderation?fixture=member' },
};

const [folder = 'pictures', ...asked] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const site = await openPanels();
const browser = await launchBrowser();
for (const [width, height] of [
  [1280, 800],
  [390, 844],
] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [name, { path, act }] of Object.entries(states)) {
      if (asked.length > 0 && !asked.includes(name)) continue;
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      page.on('console', (message) => message.type() === 'error' && console.error(name, message.text()));
      page.on('pageerror', (error) => console.error(name, error));
      await page.goto(site.url + path);
      await act?.(page);
      await page.waitForTimeout(300);
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` });
      await page.close();
    }
await browser.close();
site.close();
