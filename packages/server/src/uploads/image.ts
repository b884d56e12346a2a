import sharp, { type Metadata, type Sharp } from 'sharp';
import type { FileType } from './file-type.ts';

/** An image as the server has written it: nothing of the original's bytes is left, nor what they carried beside the picture. */
export interface WrittenImage {
  readonly bytes: Buffer;
  readonly thumbnail: Buffer;
  readonly type: string;
  readonly extensions: readonly string[];
  readonly width: number;
  readonly height: number;
}

export type ImageType = Exclude<FileType, 'pdf'>;

/** The file claims to be an image, but does not decode as one, or is too large a one. */
export class ImageError extends Error {
  override name = 'ImageError';
}

/** Pixels, of all frames together: what a phone takes fits, what fills the memory does not. */
const maxPixels = 50_000_000;
const maxFrames = 300;
const thumbnailSize = 480;
/** Seconds for one image. */
const timeout = 20;

// One image takes one thread, so that two cores serve requests beside it; nothing of strangers stays in memory.
sharp.concurrency(1);
sharp.cache(false);

interface Encoding {
  readonly type: string;
  readonly extensions: readonly string[];
  readonly write: (image: Sharp) => Sharp;
}

const webp: Encoding = {
  type: 'image/webp',
  extensions: ['webp'],
  write: (image) => image.webp({ quality: 86, effort: 3 }),
};
const encodings: Readonly<Record<ImageType, Encoding>> = {
  png: { type: 'image/png', extensions: ['png'], write: (image) => image.png({ compressionLevel: 8 }) },
  jpeg: {
    type: 'image/jpeg',
    extensions: ['jpg', 'jpeg'],
    write: (image) => image.jpeg({ quality: 88, mozjpeg: false }),
  },
  gif: { type: 'image/gif', extensions: ['gif'], write: (image) => image.gif({ effort: 3 }) },
  webp,
  // Every browser shows WebP, and AVIF takes seconds to write.
  avif: webp,
};
/** What sharp calls what it has decoded. */
const decoded: Readonly<Record<ImageType, string>> = {
  png: 'png',
  jpeg: 'jpeg',
  gif: 'gif',
  webp: 'webp',
  avif: 'heif',
};

/**
 * Decodes an image and writes it anew, turned upright, without EXIF or any other metadata, in sRGB; with a thumbnail (WebP, 480 pixels at
 * most). Animations stay animated up to 300 frames.
 * @throws {ImageError} when it cannot be decoded, or has more than 50 million pixels
 */
export async function writeImageAnew(bytes: Buffer, type: ImageType): Promise<WrittenImage> {
  try {
    const metadata = await sharp(bytes, { limitInputPixels: maxPixels }).metadata();
    if (metadata.format !== decoded[type])
      throw new ImageError('The file is another type than it begins like.');
    if (metadata.width * metadata.height > maxPixels) throw new ImageError(tooLarge(metadata));
    const { data, info } = await encodings[type]
      .write(open(bytes, isAnimated(metadata)))
      .toBuffer({ resolveWithObject: true });
    const thumbnail = await open(bytes, false)
      .resize({ width: thumbnailSize, height: thumbnailSize, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 78, effort: 3 })
      .toBuffer();
    const { type: mime, extensions } = encodings[type];
    return {
      bytes: data,
      thumbnail,
      type: mime,
      extensions,
      width: info.width,
      height: info.pageHeight ?? info.height,
    };
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError('The image cannot be decoded: it is damaged or too large.', { cause: error });
  }
}

function open(bytes: Buffer, animated: boolean): Sharp {
  return sharp(bytes, { animated, limitInputPixels: maxPixels, failOn: 'error' })
    .autoOrient()
    .timeout({ seconds: timeout });
}

function isAnimated({ pages = 1, width, height, pageHeight = height }: Metadata): boolean {
  return pages > 1 && pages <= maxFrames && width * pageHeight * pages <= maxPixels;
}

function tooLarge({ width, height }: Metadata): string {
  return `The image has ${width} × ${height} pixels; at most ${maxPixels / 1_000_000} million are taken.`;
}
