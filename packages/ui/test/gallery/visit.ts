import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { launchBrowser } from '../../../../test/support/browser.ts';
import { openScene, type SceneOptions } from './browser.ts';
import { openGallery } from './site.ts';

/** Shows a scene to `act`, and fails when its page says an error. */
export type Visit = (
  scene: string,
  act: (page: Page) => Promise<void>,
  options?: SceneOptions,
) => Promise<void>;

/** Opens a gallery, and a browser for it, for the tests of the block that this is called in. */
export function visitGallery(engine: Parameters<typeof openGallery>[0]): Visit {
  let browser: Browser;
  let gallery: Awaited<ReturnType<typeof openGallery>>;
  beforeAll(async () => {
    [browser, gallery] = await Promise.all([launchBrowser(), openGallery(engine)]);
  });
  afterAll(async () => {
    await browser.close();
    gallery.close();
  });
  return async (scene, act, options) => {
    const { page, errors } = await openScene(browser, gallery.url, scene, options);
    try {
      await act(page);
      expect(errors).toEqual([]);
    } finally {
      await page.close();
    }
  };
}

/** Where the open conversation's next message is written. */
export const messageField = (page: Page) => page.getByRole('textbox', { name: /^Message to/ });
