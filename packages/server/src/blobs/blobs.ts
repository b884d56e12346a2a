import type { Readable } from 'node:stream';

/** Where attachments' bytes are. Keys are chosen by the server: names of `[0-9a-f-]+`, with slashes between. */
export interface Blobs {
  /** Durable when it resolves. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Null where there is no such key. */
  get(key: string): Promise<{ stream: Readable; size: number } | null>;
  delete(key: string): Promise<void>;
}
