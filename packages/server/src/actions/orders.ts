import { ProblemError, type Order, type PutOrder } from '@parley/protocol';
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely';
import { presentMoney } from '../db/present.ts';
import type { OrdersTable, Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import { cleanAddress, cleanLine, cleanTime, optional } from '../domain/fields.ts';
import { invalid } from '../domain/invalid.ts';
import { orderNotice } from '../domain/order-notice.ts';
import type { Action, Context, HostAsker } from './action.ts';
import { spread } from './spread.ts';
import { createTurns } from './turns.ts';

type OrderRow = Selectable<OrdersTable>;

/**
 * Orders that may need a notice hold their row, and so a connection, until the journal has written it on another connection. One at a
 * time, lest they take all of a pool and wait for each other.
 */
const noticing = createTurns();

/**
 * Creates an order, or changes what the body names; what it leaves out stays, null empties it. A new order and a change of status are
 * notices in the conversation of its buyer and listing, each once, however often and from wherever the same is put.
 *
 * @throws {ProblemError} `conflict` when the order would move to another listing or buyer
 */
export const putOrder: Action<'putOrder', HostAsker> = async (context, _asker, { params, body }) => {
  const given = givenColumns(body);
  const conversationId = await findConversation(context.db, body);
  const write = () => writeOrder(context, params.id, given, conversationId);
  const { row, shown } = await (conversationId === null ? write() : noticing.take(write));
  // One without a word yet too: who is just opening it may have read the orders before this one.
  await spread(context, { listingId: row.listing_id, buyerId: row.buyer_id }, shown);
  return presentOrder(row);
};

function givenColumns(body: PutOrder) {
  const number = optional(body.number, (value) => cleanLine(value, '/number'));
  const url = optional(body.url, (value) => cleanAddress(value, '/url'));
  const placedAt = optional(body.placedAt, (value) => cleanTime(value, '/placedAt'));
  return {
    listing_id: body.listingId,
    buyer_id: body.buyerId,
    status: body.status,
    ...(number !== undefined && { number }),
    ...(body.total !== undefined && {
      total_amount: body.total?.amount ?? null,
      total_currency: body.total?.currency ?? null,
    }),
    ...(url !== undefined && { url }),
    ...(placedAt !== undefined && { placed_at: placedAt }),
  };
}

/** One in which something has been said: a conversation that is only just being opened begins with its opener's words. */
async function findConversation(db: Kysely<Tables>, body: PutOrder): Promise<string | null> {
  const row = await db
    .selectFrom('conversations')
    .select('id')
    .where('listing_id', '=', body.listingId)
    .where('buyer_id', '=', body.buyerId)
    .where('last_seq', '>', 0)
    .executeTakeFirst();
  return row?.id ?? null;
}

function writeOrder(
  context: Context,
  id: string,
  given: ReturnType<typeof givenColumns>,
  conversationId: string | null,
): Promise<{ row: OrderRow; shown: boolean }> {
  return transact(context.db, async (trx) => {
    await requireParties(trx, given);
    const before = await lockOrder(trx, id, given);
    const row = await trx
      .updateTable('orders')
      .set(given)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (conversationId !== null) await giveNotice(context, trx, row, before, conversationId);
    return { row, shown: before === null || isShownChange(before, row) };
  });
}

async function requireParties(
  trx: Kysely<Tables>,
  order: { listing_id: string; buyer_id: string },
): Promise<void> {
  const listing = await trx
    .selectFrom('listings')
    .select('id')
    .where('id', '=', order.listing_id)
    .forKeyShare()
    .executeTakeFirst();
  const buyer = await trx
    .selectFrom('users')
    .select('id')
    .where('id', '=', order.buyer_id)
    .forKeyShare()
    .executeTakeFirst();
  const noListing = `There is no listing ${order.listing_id}; put the listing first.`;
  const noBuyer = `There is no user ${order.buyer_id}; put the user first.`;
  const [first, ...others] = [
    ...(listing === undefined ? [{ pointer: '/listingId', detail: noListing }] : []),
    ...(buyer === undefined ? [{ pointer: '/buyerId', detail: noBuyer }] : []),
  ];
  if (first !== undefined) throw invalid(first, ...others);
}

/** The order as it was, locked; null when it is made by this. Others who put the same order wait here. */
async function lockOrder(
  trx: Transaction<Tables>,
  id: string,
  given: ReturnType<typeof givenColumns>,
): Promise<OrderRow | null> {
  const made = await trx
    .insertInto('orders')
    .values({ id, created_at: sql`date_trunc('milliseconds', clock_timestamp())`, ...given })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made !== undefined) return null;
  const before = await trx
    .selectFrom('orders')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  if (before.listing_id !== given.listing_id || before.buyer_id !== given.buyer_id)
    throw new ProblemError(
      'conflict',
      `The order ${id} is of the listing ${before.listing_id} and the buyer ${before.buyer_id}; that does not change. Put another order.`,
    );
  return before;
}

async function giveNotice(
  context: Context,
  trx: Transaction<Tables>,
  order: OrderRow,
  before: OrderRow | null,
  conversationId: string,
): Promise<void> {
  const said = await sql<{ status: string | null }>`select data->'notice'->>'status' as status from messages
    where conversation_id = ${conversationId}::uuid and kind = 'notice' and data->'notice'->>'orderId' = ${order.id}
    order by seq desc limit 1`.execute(trx);
  const due = orderNotice({ order, before: before?.status ?? null, said: said.rows[0]?.status ?? null });
  if (due === null) return;
  await context.journal.append({
    conversationId,
    kind: 'notice',
    author: null,
    body: due.body,
    data: { notice: due.notice },
    clientId: null,
  });
}

function isShownChange(before: OrderRow, after: OrderRow): boolean {
  const columns = ['number', 'status', 'total_amount', 'total_currency', 'url'] as const;
  return (
    columns.some((column) => before[column] !== after[column]) ||
    before.placed_at?.getTime() !== after.placed_at?.getTime()
  );
}

export const getOrder: Action<'getOrder', HostAsker> = async (context, _asker, { params }) => {
  const row = await context.db
    .selectFrom('orders')
    .selectAll()
    .where('id', '=', params.id)
    .executeTakeFirst();
  if (row === undefined) throw noOrder(params.id);
  return presentOrder(row);
};

/** What is said of an order that was never put, or is none of the asker's. */
export function noOrder(id: string): ProblemError {
  return new ProblemError('not-found', `There is no order ${id}.`);
}

function presentOrder(row: OrderRow): Order {
  return {
    id: row.id,
    listingId: row.listing_id,
    buyerId: row.buyer_id,
    number: row.number,
    status: row.status,
    total: presentMoney(row.total_amount, row.total_currency),
    url: row.url,
    placedAt: row.placed_at?.toISOString() ?? null,
  };
}
