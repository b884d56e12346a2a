import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const named = /^(\d{13}-[0-9a-f]{8})(\.seen)?\.eml$/;

/** A mail's place: its id begins with the time of its arrival, so ids sort by age. */
export interface MailFile {
  readonly id: string;
  readonly seen: boolean;
}

/** Mails as `.eml` files in one folder, which any mail program opens. That somebody opened a mail is in its name. */
export interface MailFiles {
  /** What is there, oldest first. */
  list(): Promise<MailFile[]>;
  /** On disk when it resolves. */
  add(raw: Buffer, at: Date): Promise<MailFile>;
  read(file: MailFile): Promise<Buffer>;
  markSeen(file: MailFile): Promise<MailFile>;
  remove(file: MailFile): Promise<void>;
}

/** Opens a folder of mails, and makes it where there is none. */
export async function openMailFiles(folder: string): Promise<MailFiles> {
  await mkdir(folder, { recursive: true });
  const pathOf = ({ id, seen }: MailFile) => join(folder, `${id}${seen ? '.seen' : ''}.eml`);
  return {
    async list() {
      const files = (await readdir(folder)).sort().map((name) => named.exec(name));
      return files.flatMap((match) => (match?.[1] ? [{ id: match[1], seen: match[2] !== undefined }] : []));
    },
    async add(raw, at) {
      const id = `${String(at.getTime()).padStart(13, '0')}-${randomBytes(4).toString('hex')}`;
      const file = { id, seen: false };
      const half = join(folder, `${id}.part`);
      await writeFile(half, raw);
      await rename(half, pathOf(file));
      return file;
    },
    read: (file) => readFile(pathOf(file)),
    async markSeen(file) {
      const seen = { ...file, seen: true };
      if (!file.seen) await rename(pathOf(file), pathOf(seen));
      return seen;
    },
    remove: (file) => rm(pathOf(file), { force: true }),
  };
}
