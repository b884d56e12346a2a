// Takes README's picture of the inbox from a running demo: node scripts/picture.mjs [http://localhost:4000]
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [url = 'http://localhost:4000'] = process.argv.slice(2);
const executablePath =
  process.env.PARLEY_CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({
  viewport: { width: 1280, height: 800 },
  colorScheme: 'light',
  locale: 'en-GB',
});
await page.goto(`${url}/switch/sarah`);
await page.goto(`${url}/inbox`);
await page.getByRole('link', { name: /50 stoneware mugs/ }).click();
await page.getByRole('log').waitFor();
await page.mouse.move(640, 100);
await page.waitForTimeout(1500);
await page.screenshot({ path: 'docs/images/inbox.png' });
await browser.close();
console.log('docs/images/inbox.png');
