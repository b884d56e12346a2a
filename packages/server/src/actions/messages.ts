import { limits, ProblemError, type Message } from '@parley/protocol';
import { sql } from 'kysely';
import type { StoredAttachment } from '../db/tables.ts';
import { loadMessage, loadMessages, type MessageRange } from '../db/messages.ts';
import { presentMessage } from '../db/present.ts';
import { invalid } from '../domain/invalid.ts';
import { cleanText } from '../domain/text.ts';
import type { Action, Context, PersonAsker } from './action.ts';
import { deleteBytes } from './attachments.ts';
import { requireSeat } from './seats.ts';

export const listMessages: Action<'listMessages', PersonAsker> = async (
  context,
  asker,
  { params, query },
) => {
  await requireSeat(context, asker, params.id);
  requireOneDirection(query);
  return { items: await readPage(context, asker, { conversationId: params.id, ...query }) };
};

/** @throws {ProblemError} `invalid` when a page of messages is asked for in both directions */
export function requireOneDirection({ before, after }: Pick<PageQuery, 'before' | 'after'>): void {
  if (before !== undefined && after !== undefined)
    throw invalid({ pointer: 'after', detail: 'Give either before or after, not both.' });
}

/** A page of a log as its query names it; with neither end, the newest. */
type PageQuery = Omit<MessageRange, 'limit'> & Partial<Pick<MessageRange, 'limit'>>;

/** A page of messages as the asker sees them, in ascending `seq`. Whether they may is the caller's to check. */
export async function readPage(
  context: Context,
  asker: PersonAsker,
  { limit = limits.pageDefault, ...range }: PageQuery,
): Promise<Message[]> {
  const rows = await loadMessages(context.db, { ...range, limit });
  const reader = { userId: asker.userId, links: context.links };
  return rows.map((row) => presentMessage(row, row.author_name, reader));
}

/** Answers once the message is committed; the same `clientId` again answers the first one. */
export const sendMessage: Action<'sendMessage', PersonAsker> = async (context, asker, { params, body }) => {
  const attachmentIds = body.attachmentIds ?? [];
  const text = cleanText(body.text, { mayBeEmpty: attachmentIds.length > 0 });
  const attachments = await ownAttachments(context, asker, params.id, body);
  const { message } = await appendText(context, asker, {
    conversationId: params.id,
    text,
    clientId: body.clientId,
    attachments,
  });
  return message;
};

/** Appends a text that is already clean. `repeated` when the same `clientId` was there before: then it is the first one's message. */
export async function appendText(
  context: Context,
  asker: PersonAsker,
  text: { conversationId: string; text: string; clientId: string; attachments: StoredAttachment[] },
): Promise<{ message: Message; repeated: boolean }> {
  const { message, authorName, repeated } = await context.journal.append({
    conversationId: text.conversationId,
    kind: 'text',
    author: asker.userId,
    body: text.text,
    data: text.attachments.length > 0 ? { attachments: text.attachments } : null,
    clientId: text.clientId,
  });
  const reader = { userId: asker.userId, links: context.links };
  return { message: presentMessage(message, authorName, reader), repeated };
}

/**
 * The uploads that a message names: the asker's own, and not in another conversation yet. Of a message that was sent before they may be
 * gone with it; then there are none, and the journal answers the first message.
 */
async function ownAttachments(
  context: Context,
  asker: PersonAsker,
  conversationId: string,
  { clientId, attachmentIds: ids = [] }: { clientId: string; attachmentIds?: readonly string[] },
): Promise<StoredAttachment[]> {
  if (ids.length === 0) return [];
  const rows = await context.db
    .selectFrom('attachments')
    .selectAll()
    .where('id', 'in', ids)
    .where('owner_id', '=', asker.userId)
    .where((is) => is.or([is('conversation_id', 'is', null), is('conversation_id', '=', conversationId)]))
    .execute();
  if (rows.length < ids.length && (await wasSent(context, asker, conversationId, clientId))) return [];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id, index) => {
    const row = byId.get(id.toLowerCase());
    if (row === undefined) {
      const detail = `There is no upload ${id} of yours that waits for a message; upload the file first.`;
      throw invalid({ pointer: `/attachmentIds/${index}`, detail });
    }
    return {
      id: row.id,
      name: row.name,
      type: row.type,
      size: row.size,
      ...(row.width !== null && { width: row.width }),
      ...(row.height !== null && { height: row.height }),
      ...(row.thumbnail !== null && { thumbnail: true }),
    };
  });
}

async function wasSent(
  context: Context,
  asker: PersonAsker,
  conversationId: string,
  clientId: string,
): Promise<boolean> {
  const first = await context.db
    .selectFrom('messages')
    .select('seq')
    .where('conversation_id', '=', conversationId)
    .where('author', '=', asker.userId)
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return first !== undefined;
}

/** Appends an `edit`, and answers the message that it changed. */
export const editMessage: Action<'editMessage', PersonAsker> = async (context, asker, { params, body }) => {
  await requireSeat(context, asker, params.id);
  const target = await loadMessage(context.db, params.id, params.seq);
  const text = cleanText(body.text, { mayBeEmpty: (target?.data?.attachments?.length ?? 0) > 0 });
  await appendChange(context, asker, {
    conversationId: params.id,
    kind: 'edit',
    body: text,
    target: params.seq,
  });
  return changedMessage(context, asker, params.id, params.seq);
};

/** Appends a `redaction`, and answers what is left of the message. */
export const redactMessage: Action<'redactMessage', PersonAsker> = async (context, asker, { params }) => {
  await requireSeat(context, asker, params.id);
  const target = await loadMessage(context.db, params.id, params.seq);
  await appendChange(context, asker, {
    conversationId: params.id,
    kind: 'redaction',
    body: '',
    target: params.seq,
  });
  const attachments = target?.data?.attachments ?? [];
  if (attachments.length > 0)
    await deleteAttachments(
      context,
      params.id,
      attachments.map((attachment) => attachment.id),
    );
  return changedMessage(context, asker, params.id, params.seq);
};

async function appendChange(
  context: Context,
  asker: PersonAsker,
  change: { conversationId: string; kind: 'edit' | 'redaction'; body: string; target: number },
): Promise<void> {
  const { conversationId, kind, body, target } = change;
  await context.journal.append({
    conversationId,
    kind,
    author: asker.userId,
    body,
    data: { target },
    clientId: null,
  });
}

async function changedMessage(
  context: Context,
  asker: PersonAsker,
  conversationId: string,
  seq: number,
): Promise<Message> {
  const row = await loadMessage(context.db, conversationId, seq);
  if (row === null) throw new ProblemError('not-found', 'There is no such message.');
  return presentMessage(row, row.author_name, { userId: asker.userId, links: context.links });
}

/**
 * Deletes those that no other message of the conversation carries. Rows first: bytes that nothing names any more are harmless, a row
 * without bytes is not.
 */
async function deleteAttachments(
  context: Context,
  conversationId: string,
  ids: readonly string[],
): Promise<void> {
  const rows = await context.db
    .deleteFrom('attachments')
    .where('id', 'in', ids)
    .where(
      sql<boolean>`not exists (select 1 from messages m where m.conversation_id = ${conversationId}::uuid
        and m.data @> jsonb_build_object('attachments', jsonb_build_array(jsonb_build_object('id', attachments.id))))`,
    )
    .returning(['blob', 'thumbnail'])
    .execute();
  for (const row of rows) await deleteBytes(context, row);
}
