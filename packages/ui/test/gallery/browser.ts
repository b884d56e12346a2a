import type { Browser, Page } from 'playwright-core';

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
