import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** Twice the size at which a mail shows it, for screens with small pixels. */
const width = 720;

/** The drawings of a folder as PNG, for mail programs, which show no SVG. Each is drawn once. */
export function createPictures(folder: string, names: ReadonlySet<string>) {
  const drawn = new Map<string, Promise<Buffer>>();
  const draw = async (name: string) => {
    const svg = await readFile(join(folder, `${name}.svg`));
    return sharp(svg, { density: 144 }).resize({ width }).png({ compressionLevel: 9 }).toBuffer();
  };
  return {
    /** The picture, or null where there is no drawing of that name. */
    async png(name: string): Promise<Buffer | null> {
      if (!names.has(name)) return null;
      const picture = drawn.get(name) ?? draw(name);
      drawn.set(name, picture);
      return picture;
    },
  };
}
