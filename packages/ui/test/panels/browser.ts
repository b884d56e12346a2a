import type { Browser, Page } from 'playwright-core';

export const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const;
export const looks = (['wide', 'narrow'] as const).flatMap((size) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ size, colorScheme })),
);
export type Look = (typeof looks)[number];

/** A page that fails its test on whatever the console calls an error; those of `expected` requests aside. */
export async function openPage(
  browser: Browser,
  url: string,
  { size, colorScheme }: Look = { size: 'wide', colorScheme: 'light' },
): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({
    viewport: sizes[size],
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
  });
  page.setDefaultTimeout(8000);
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  return { page, errors };
}
