/** What an upload may be, told by its content; names and headers prove nothing. */
export type FileType = 'png' | 'jpeg' | 'gif' | 'webp' | 'avif' | 'pdf';

const pngMagic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const jpegMagic = Buffer.from([0xff, 0xd8, 0xff]);
/** Bytes at the end of a PDF among which its end mark must be. */
const pdfTail = 1024;

/** The type of a file by its first bytes (and a PDF's last ones), or null for anything else. */
export function fileTypeOf(bytes: Buffer): FileType | null {
  if (startsWith(bytes, pngMagic)) return 'png';
  if (startsWith(bytes, jpegMagic)) return 'jpeg';
  if (['GIF87a', 'GIF89a'].includes(ascii(bytes, 0, 6))) return 'gif';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (ascii(bytes, 4, 8) === 'ftyp' && ['avif', 'avis'].includes(ascii(bytes, 8, 12))) return 'avif';
  if (ascii(bytes, 0, 5) === '%PDF-' && bytes.subarray(-pdfTail).includes('%%EOF')) return 'pdf';
  return null;
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic);
}

function ascii(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end);
}
