import { limits, ProblemError } from '@parley/protocol';
import { v7 as uuidv7 } from 'uuid';
import { loadInboxPage } from '../db/conversations.ts';
import { decodeCursor, encodeCursor } from '../db/cursor.ts';
import { readTerms } from '../db/search.ts';
import { beginSearch } from '../db/search-columns.ts';
import { invalid } from '../domain/invalid.ts';
import { cleanText } from '../domain/text.ts';
import type { Action, Context, PersonAsker } from './action.ts';
import { appendText } from './messages.ts';
import { noConversation, requireConversation } from './seats.ts';
import { spread } from './spread.ts';

/** A page of the asker's inbox with its totals. */
export const listInbox: Action<'listInbox', PersonAsker> = async (context, asker, { query }) => {
  const { items, next, unread } = await loadInboxPage(context.db, {
    userId: asker.userId,
    filter: query.filter ?? 'all',
    terms: await readTerms(context.db, query.q ?? ''),
    limit: query.limit ?? limits.pageDefault,
    after: decodeCursor(query.cursor),
    onlyConversation: asker.conversationId ?? null,
  });
  return { items, nextCursor: encodeCursor(next), unread };
};

export const getConversation: Action<'getConversation', PersonAsker> = (context, asker, { params }) =>
  requireConversation(context, asker, params.id);

/** Mutes, archives, or the reverse: of the asker's own seat alone. A muted seat's waiting email is not sent. */
export const updateSeat: Action<'updateSeat', PersonAsker> = async (context, asker, { params, body }) => {
  const updated = await context.db
    .updateTable('participants')
    .set((value) => ({
      muted: body.muted ?? value.ref('muted'),
      archived: body.archived ?? value.ref('archived'),
      ...(body.muted === true && { notify_at: null }),
    }))
    .where('user_id', '=', asker.userId)
    .where('conversation_id', '=', params.id)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) throw noConversation();
  context.bus.publish([
    { type: 'conversation.changed', recipients: [asker.userId], conversationId: params.id },
  ]);
  return requireConversation(context, asker, params.id);
};

/** Finds or makes the conversation of a buyer about a listing, and puts the first text into it. */
export const openConversation: Action<'openConversation', PersonAsker> = async (context, asker, { body }) => {
  const text = cleanText(body.text);
  const subject = await findSubject(context, asker, body);
  await refuseSuspended(context, asker);
  const known = await findConversation(context, subject);
  const write = async () => {
    const conversationId = known?.id ?? (await beginConversation(context, subject));
    return appendText(context, asker, { conversationId, text, clientId: body.clientId, attachments: [] });
  };
  const isOpen = known !== null && known.last_seq > 0;
  const { message } = isOpen ? await write() : await countOpening(context, asker, write);
  return { conversation: await requireConversation(context, asker, message.conversationId), message };
};

/**
 * Takes an opening before the work, so that those of the same moment do not exceed the allowance, and gives it back where the work
 * opened nothing: it failed, or another request opened the conversation first.
 */
async function countOpening(
  context: Context,
  asker: PersonAsker,
  write: () => ReturnType<typeof appendText>,
): ReturnType<typeof appendText> {
  const giveBack = context.takeOpening?.(asker.userId);
  let isNew = false;
  try {
    const written = await write();
    isNew = written.message.seq === 1 && !written.repeated;
    return written;
  } finally {
    if (!isNew) giveBack?.();
  }
}

/** What a conversation is to be about, and between whom. */
interface Subject {
  readonly listingId: string;
  readonly buyerId: string;
  readonly storeId: string;
}

/** A buyer names a listing (and perhaps an own order of it); a seller an order of their store's. */
async function findSubject(
  context: Context,
  asker: PersonAsker,
  named: { listingId?: string; orderId?: string },
): Promise<Subject> {
  if (named.orderId !== undefined) return subjectOfOrder(context, asker, named.orderId, named.listingId);
  if (named.listingId === undefined)
    throw invalid({
      pointer: '/listingId',
      detail: 'Say what the conversation is about: a listingId, or an orderId.',
    });
  const listing = await context.db
    .selectFrom('listings')
    .select(['id', 'store_id'])
    .where('id', '=', named.listingId)
    .executeTakeFirst();
  if (listing === undefined) throw new ProblemError('not-found', `There is no listing ${named.listingId}.`);
  if (await isMember(context, asker.userId, listing.store_id))
    throw invalid({
      pointer: '/listingId',
      detail: "This is your own store's listing; name an orderId to write to a buyer.",
    });
  return { listingId: listing.id, buyerId: asker.userId, storeId: listing.store_id };
}

async function subjectOfOrder(
  context: Context,
  asker: PersonAsker,
  orderId: string,
  listingId: string | undefined,
): Promise<Subject> {
  const order = await context.db
    .selectFrom('orders as o')
    .innerJoin('listings as l', 'l.id', 'o.listing_id')
    .select(['l.id', 'l.store_id', 'o.buyer_id'])
    .where('o.id', '=', orderId)
    .executeTakeFirst();
  const isParty =
    order !== undefined &&
    (order.buyer_id === asker.userId || (await isMember(context, asker.userId, order.store_id)));
  if (!isParty) throw new ProblemError('not-found', `There is no order ${orderId}.`);
  if (listingId !== undefined && listingId !== order.id)
    throw invalid({
      pointer: '/orderId',
      detail: `The order ${orderId} is not of the listing ${listingId}.`,
    });
  return { listingId: order.id, buyerId: order.buyer_id, storeId: order.store_id };
}

async function isMember(context: Context, userId: string, storeId: string): Promise<boolean> {
  const member = await context.db
    .selectFrom('store_members')
    .select('user_id')
    .where('store_id', '=', storeId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return member !== undefined;
}

async function refuseSuspended(context: Context, asker: PersonAsker): Promise<void> {
  const user = await context.db
    .selectFrom('users')
    .select('suspended')
    .where('id', '=', asker.userId)
    .executeTakeFirst();
  if (user?.suspended === true)
    throw new ProblemError(
      'suspended',
      'Your account is suspended, so it cannot write. Ask the marketplace.',
    );
}

/** Makes it, and says by which orders it is found that were put meanwhile, unseen here and without seeing it. */
async function beginConversation(context: Context, subject: Subject): Promise<string> {
  const id = await makeConversation(context, subject);
  await spread(context, { conversationIds: [id] }, false);
  return id;
}

/**
 * Makes the one conversation of this buyer and listing, with its seats, or finds what was made at the same moment. Until its first
 * message it is in nobody's list, so a process that dies between the two leaves nothing to see, and the same request again completes it.
 */
async function makeConversation(context: Context, subject: Subject): Promise<string> {
  return context.db.transaction().execute(async (trx) => {
    // Against a change of the listing's store or the store's members at the same moment: either it sees this conversation, or this sees the new members.
    const listing = await trx
      .selectFrom('listings')
      .select('store_id')
      .where('id', '=', subject.listingId)
      .forShare()
      .executeTakeFirstOrThrow();
    const storeId = listing.store_id;
    await trx.selectFrom('stores').select('id').where('id', '=', storeId).forShare().execute();
    const made = await trx
      .insertInto('conversations')
      .values({
        id: uuidv7(),
        listing_id: subject.listingId,
        buyer_id: subject.buyerId,
        store_id: storeId,
        last_at: new Date(),
        created_at: new Date(),
      })
      .onConflict((conflict) => conflict.columns(['listing_id', 'buyer_id']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made === undefined) return requireMade(await findConversation({ ...context, db: trx }, subject));
    const members = await trx
      .selectFrom('store_members')
      .select('user_id')
      .where('store_id', '=', storeId)
      .execute();
    const seats = members
      .filter((member) => member.user_id !== subject.buyerId)
      .map((member) => ({ user_id: member.user_id, side: 'store' as const }));
    await trx
      .insertInto('participants')
      .values(
        [{ user_id: subject.buyerId, side: 'buyer' as const }, ...seats].map((seat) => ({
          ...seat,
          conversation_id: made.id,
          last_at: new Date(),
        })),
      )
      .execute();
    await beginSearch(trx, [made.id]);
    return made.id;
  });
}

function requireMade(made: { id: string } | null): string {
  if (made === null) throw noConversation();
  return made.id;
}

/** One without a message was never opened. */
async function findConversation(
  context: Context,
  subject: Subject,
): Promise<{ id: string; last_seq: number } | null> {
  const row = await context.db
    .selectFrom('conversations')
    .select(['id', 'last_seq'])
    .where('listing_id', '=', subject.listingId)
    .where('buyer_id', '=', subject.buyerId)
    .executeTakeFirst();
  return row ?? null;
}
