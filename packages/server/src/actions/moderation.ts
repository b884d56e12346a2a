import { limits } from '@parley/protocol';
import { hasReadLately, recordAudit } from '../db/audit.ts';
import { decodeCursor, encodeCursor } from '../db/cursor.ts';
import { conversationExists, loadDetail, loadListed } from '../db/moderation.ts';
import { findConversations } from '../db/moderation-search.ts';
import { readTerms } from '../db/search.ts';
import { cleanNote, cleanTime } from '../domain/fields.ts';
import { invalid } from '../domain/invalid.ts';
import { requireModerator } from '../domain/moderation.ts';
import type { Action, PersonAsker } from './action.ts';
import { readPage, requireOneDirection } from './messages.ts';
import { noConversation } from './seats.ts';

/**
 * Every conversation, newest activity first; `from` and `to` are of the last activity. What is sought may stand in texts, so seeking is
 * recorded with its words, once and not for each page of it.
 */
export const listModerationConversations: Action<'listModerationConversations', PersonAsker> = async (
  context,
  asker,
  { query },
) => {
  requireModerator(asker);
  const { q = '', limit = limits.pageDefault, cursor, from, to, ...others } = query;
  const after = decodeCursor(cursor);
  const filter = {
    ...others,
    from: from === undefined ? undefined : cleanTime(from, 'from'),
    to: to === undefined ? undefined : cleanTime(to, 'to'),
  };
  const terms = await readTerms(context.db, q);
  if (terms.length > 0 && after === null)
    await recordAudit(context.db, {
      actor: asker.userId,
      action: 'search',
      note: q.replaceAll('\0', ''),
    });
  const page = await findConversations(context.db, { filter, terms, limit, after });
  return {
    items: await loadListed(context.db, page.found, terms),
    nextCursor: encodeCursor(page.next),
  };
};

/** One conversation. Every reading leaves a record, before it is answered. */
export const readModerationConversation: Action<'readModerationConversation', PersonAsker> = async (
  context,
  asker,
  { params, query },
) => {
  requireModerator(asker);
  const reason = cleanReason(query.reason);
  const detail = await loadDetail(context.db, params.id);
  if (detail === null) throw noConversation();
  await recordAudit(context.db, { actor: asker.userId, action: 'read', conversationId: params.id, reason });
  return detail;
};

/** A conversation's messages. Pages that are read for one reason within a quarter of an hour are one record. */
export const readModerationMessages: Action<'readModerationMessages', PersonAsker> = async (
  context,
  asker,
  { params, query },
) => {
  requireModerator(asker);
  const { reason: said, ...range } = query;
  const reason = cleanReason(said);
  requireOneDirection(range);
  if (!(await conversationExists(context.db, params.id))) throw noConversation();
  if (!(await hasReadLately(context.db, asker.userId, params.id, reason)))
    await recordAudit(context.db, { actor: asker.userId, action: 'read', conversationId: params.id, reason });
  return { items: await readPage(context, asker, { conversationId: params.id, ...range }) };
};

/** @throws {ProblemError} `invalid` when the reason says nothing */
function cleanReason(raw: string): string {
  const reason = cleanNote(raw, 'reason');
  if (reason === '')
    throw invalid({ pointer: 'reason', detail: 'Say why you look at this conversation; it is recorded.' });
  return reason;
}
