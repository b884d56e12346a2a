import type { RawData } from 'ws';

/** A frame's text, however `ws` hands it over. A binary one is none of ours: it reads as nothing, which is no JSON. */
export function frameText(data: RawData, isBinary = false): string {
  if (isBinary) return '';
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString();
}
