// Takes a picture of every state: npx tsx packages/ui/test/gallery/pictures.ts <folder> [scene …]
import { mkdirSync } from 'node:fs';
import { launchBrowser } from '../../../../test/support/browser.ts';
import { openGallery } from './site.ts';
import { scenes } from './scenes.ts';

const [folder = 'pictures', ...asked] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const gallery = await openGallery();
const browser = await launchBrowser();
const wanted = asked.length > 0 ? asked : Object.keys(scenes);
for (const [width, height] of [
  [1280, 800],
  [390, 844],
] as const)
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
    page.on('pageerror', (error) => console.error(error));
    for (const scene of wanted) {
      await page.goto(`${gallery.url}/?scene=${scene}`);
      await page.waitForTimeout(scene === 'offline' ? 1400 : 350);
      await page.screenshot({ path: `${folder}/${scene}-${width}-${colorScheme}.png` });
    }
    await page.close();
  }
await browser.close();
gallery.close();
