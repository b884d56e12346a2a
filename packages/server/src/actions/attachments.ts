import { readFile } from 'node:fs/promises';
import { limits, ProblemError, type UploadedAttachment } from '@parley/protocol';
import { v7 as uuidv7 } from 'uuid';
import { mayModerate } from '../domain/moderation.ts';
import type { LinkClaims } from '../http/links.ts';
import { cleanFileName } from '../uploads/file-name.ts';
import { fileTypeOf } from '../uploads/file-type.ts';
import { ImageError, writeImageAnew, type WrittenImage } from '../uploads/image.ts';
import type { Context, PersonAsker } from './action.ts';
import { refuseSuspended } from './suspension.ts';
import { createTurns } from './turns.ts';

/** A file that has arrived in full, still as its sender made it. */
export interface Upload {
  /** Where it waits on disk. */
  readonly path: string;
  readonly name: string;
}

type Checked = Pick<WrittenImage, 'bytes' | 'type' | 'extensions'> & Partial<WrittenImage>;

/** Images are decoded in full: two at a time keep the memory bounded. */
const checking = createTurns(2, { waiting: 20, refuse: tooManyUploads });

/**
 * Takes an upload: tells its type by its content, writes images anew, keeps the bytes, then the row. It is its owner's alone until a
 * message carries it.
 * @throws {ProblemError} `unsupported-type`, `suspended`, `too-many` when that many of the asker's own have no message yet, or
 * `unavailable` when too many are being checked
 */
export async function uploadAttachment(
  context: Context,
  asker: PersonAsker,
  upload: Upload,
): Promise<UploadedAttachment> {
  await refuseSuspended(context, asker, 'upload');
  await refuseHoarding(context, asker.userId);
  const checked = await checking.take(async () => check(await readFile(upload.path)));
  const id = uuidv7();
  const blob = `${id.slice(-2)}/${id}`;
  const thumbnail = checked.thumbnail === undefined ? null : `${blob}-480`;
  await context.blobs.put(blob, checked.bytes);
  if (thumbnail !== null && checked.thumbnail !== undefined)
    await context.blobs.put(thumbnail, checked.thumbnail);
  const facts = {
    id,
    name: cleanFileName(upload.name, checked.extensions),
    type: checked.type,
    size: checked.bytes.length,
    ...(checked.width !== undefined && { width: checked.width }),
    ...(checked.height !== undefined && { height: checked.height }),
  };
  await context.db
    .insertInto('attachments')
    .values({ ...facts, owner_id: asker.userId, blob, thumbnail })
    .execute();
  return facts;
}

async function refuseHoarding(context: Context, userId: string): Promise<void> {
  const loose = await context.db
    .selectFrom('attachments')
    .select('id')
    .where('owner_id', '=', userId)
    .where('conversation_id', 'is', null)
    .limit(limits.waitingUploads)
    .execute();
  if (loose.length < limits.waitingUploads) return;
  throw new ProblemError(
    'too-many',
    `${limits.waitingUploads} of your uploads wait for a message already; send them first, or try again tomorrow.`,
    { retryAfter: 3600 },
  );
}

async function check(bytes: Buffer): Promise<Checked> {
  const type = fileTypeOf(bytes);
  if (type === null)
    throw new ProblemError(
      'unsupported-type',
      'Only images (PNG, JPEG, WebP, GIF, AVIF) and PDF are taken; this file is none by its content.',
    );
  if (type === 'pdf') return { bytes, type: 'application/pdf', extensions: ['pdf'] };
  try {
    return await writeImageAnew(bytes, type);
  } catch (error) {
    if (error instanceof ImageError) throw new ProblemError('unsupported-type', error.message);
    throw error;
  }
}

/** What is said of an upload that finds no room: others are arriving, or being checked. */
export function tooManyUploads(): ProblemError {
  return new ProblemError('unavailable', 'Too many uploads at once; try again in a moment.', {
    retryAfter: 2,
  });
}

/** An attachment's bytes as its reader may have them. */
export interface ReadableAttachment {
  readonly name: string;
  readonly type: string;
  readonly key: string;
}

/**
 * What a signed address leads to, for the person it was signed for: their own upload, one in a conversation where they have a seat, or
 * any that a message carries for a moderator, whose reading of that message was recorded.
 * @throws {ProblemError} `not-found`
 */
export async function findAttachment(
  context: Pick<Context, 'db'>,
  { userId, attachmentId, variant }: Extract<LinkClaims, { purpose: 'attachment' }>,
): Promise<ReadableAttachment> {
  const row = await context.db
    .selectFrom('attachments as a')
    .leftJoin('participants as p', (join) =>
      join.onRef('p.conversation_id', '=', 'a.conversation_id').on('p.user_id', '=', userId),
    )
    .innerJoin('users as u', (join) => join.on('u.id', '=', userId).on('u.erased_at', 'is', null))
    .select([
      'a.name',
      'a.type',
      'a.blob',
      'a.thumbnail',
      'a.owner_id',
      'a.conversation_id',
      'p.user_id as seat',
      'u.role',
    ])
    .where('a.id', '=', attachmentId)
    .executeTakeFirst();
  const isReader =
    row !== undefined &&
    (row.seat !== null || row.owner_id === userId || (row.conversation_id !== null && mayModerate(row)));
  if (!isReader) throw noAttachment();
  if (variant === 'original') return { name: row.name, type: row.type, key: row.blob };
  if (row.thumbnail === null) throw noAttachment();
  return { name: row.name, type: 'image/webp', key: row.thumbnail };
}

/** What is said of an attachment that is not there, or not for this person. */
export function noAttachment(): ProblemError {
  return new ProblemError('not-found', 'There is no such attachment, or its address has expired.');
}

/** Deletes uploads that no message took within `hours`; for a job. Returns how many. */
export async function deleteLooseAttachments(
  context: Pick<Context, 'db' | 'blobs'>,
  hours: number,
): Promise<number> {
  const rows = await context.db
    .deleteFrom('attachments')
    .where('conversation_id', 'is', null)
    .where('created_at', '<', new Date(Date.now() - hours * 3_600_000))
    .returning(['blob', 'thumbnail'])
    .execute();
  for (const row of rows) await deleteBytes(context, row);
  return rows.length;
}

/** Deletes what an attachment's row names; what is gone already is no error. */
export async function deleteBytes(
  { blobs }: Pick<Context, 'blobs'>,
  { blob, thumbnail }: { readonly blob: string; readonly thumbnail: string | null },
): Promise<void> {
  await blobs.delete(blob);
  if (thumbnail !== null) await blobs.delete(thumbnail);
}
