import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../domain/error-code.ts';
import type { Blobs } from './blobs.ts';

/** Attachments as files below a folder. A file is whole or not there: written aside, flushed, then renamed. */
export function createDiskBlobs(folder: string): Blobs {
  return {
    async put(key, bytes) {
      const path = pathOf(folder, key);
      const directory = dirname(path);
      await makeDurable(directory);
      const draft = `${path}.${randomBytes(6).toString('hex')}.part`;
      try {
        await writeFlushed(draft, bytes);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      await flushFolder(directory);
    },
    async get(key) {
      try {
        const file = await open(pathOf(folder, key), 'r');
        const { size } = await file.stat();
        return { stream: file.createReadStream(), size };
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return null;
        throw error;
      }
    },
    delete: (key) => rm(pathOf(folder, key), { force: true }),
  };
}

/** Keys are the server's own, and yet none may lead out of the folder. */
function pathOf(folder: string, key: string): string {
  if (!/^[0-9a-f-]+(\/[0-9a-f-]+)*$/.test(key)) throw new Error('A blob key has another form');
  return join(folder, key);
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a folder whose entry in its parents is on disk too. */
async function makeDurable(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let path = directory; path.length >= first.length; path = dirname(path))
    await flushFolder(dirname(path));
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
