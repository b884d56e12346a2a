import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const candidates = [
  process.env['PARLEY_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** A Chromium of the machine's own. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

export interface SceneOptions {
  width?: number;
  colorScheme?: 'light' | 'dark';
  /** More of the query, such as `&dir=rtl`. */
  query?: string;
}

/** A page that shows a scene. Whatever it says on its console as an error is collected, pictures that are missing on purpose aside. */
export async function openScene(browser: Browser, url: string, scene: string, options: SceneOptions = {}) {
  const { width = 1280, colorScheme = 'light', query = '' } = options;
  const page: Page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) errors.push(message.text());
  });
  await page.goto(`${url}/?scene=${scene}${query}`);
  await page.locator('.parley-panes').waitFor();
  return { page, errors };
}
