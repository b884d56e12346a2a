import { limits, type SeatSide } from '@parley/protocol';
import type { Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { loadInboxPage } from '../db/conversations.ts';
import { decodeCursor, encodeCursor } from '../db/cursor.ts';
import { readTerms } from '../db/search.ts';
import { beginSearch } from '../db/search-columns.ts';
import type { Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import { invalid } from '../domain/invalid.ts';
import { cleanText } from '../domain/text.ts';
import type { Action, Context, PersonAsker } from './action.ts';
import { noListing } from './listings.ts';
import { appendText } from './messages.ts';
import { noOrder } from './orders.ts';
import { noConversation, requireConversation } from './seats.ts';
import { refuseSuspended } from './suspension.ts';
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
  await refuseSuspended(context, asker, 'write');
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
  if (listing === undefined) throw noListing(named.listingId);
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
  if (!isParty) throw noOrder(orderId);
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
  return transact(context.db, async (trx) => {
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
    await seatParties(trx, made.id, subject.buyerId, storeId);
    await beginSearch(trx, [made.id]);
    return made.id;
  });
}

/** The buyer's seat, and one for each member of the store; a member who buys there sits as the buyer. */
async function seatParties(
  trx: Kysely<Tables>,
  conversationId: string,
  buyerId: string,
  storeId: string,
): Promise<void> {
  const members = await trx
    .selectFrom('store_members')
    .select('user_id')
    .where('store_id', '=', storeId)
    .where('user_id', '!=', buyerId)
    .execute();
  const seat = (userId: string, side: SeatSide) => ({
    user_id: userId,
    side,
    conversation_id: conversationId,
    last_at: new Date(),
  });
  const seats = [seat(buyerId, 'buyer'), ...members.map((member) => seat(member.user_id, 'store'))];
  await trx.insertInto('participants').values(seats).execute();
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
