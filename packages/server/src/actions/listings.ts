import { ProblemError, type Listing, type PutListing } from '@parley/protocol';
import { sql, type Kysely, type Selectable } from 'kysely';
import { presentMoney } from '../db/present.ts';
import type { ListingsTable, Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import { cleanAddress, cleanLine, optional } from '../domain/fields.ts';
import { invalid } from '../domain/invalid.ts';
import type { Action, HostAsker } from './action.ts';
import { spread } from './spread.ts';

/**
 * Creates a listing, or changes what the body names; what it leaves out stays, null empties it.
 *
 * @throws {ProblemError} `conflict` when the listing would move to another store and there are conversations about it
 */
export const putListing: Action<'putListing', HostAsker> = async (context, _asker, { params, body }) => {
  const given = givenColumns(body);
  const { row, shown } = await transact(context.db, async (trx) => {
    await requireStore(trx, body.storeId);
    const before = await trx
      .selectFrom('listings')
      .selectAll()
      .where('id', '=', params.id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (before !== undefined && before.store_id !== body.storeId) await refuseMove(trx, params.id);
    const row = await trx
      .insertInto('listings')
      .values({ id: params.id, created_at: sql`date_trunc('milliseconds', now())`, ...given })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(given))
      .returningAll()
      .executeTakeFirstOrThrow();
    return { row, shown: before === undefined || isShownChange(before, row) };
  });
  await spread(context, { listingId: row.id }, shown);
  return presentListing(row);
};

function givenColumns(body: PutListing) {
  const url = optional(body.url, (value) => cleanAddress(value, '/url'));
  const imageUrl = optional(body.imageUrl, (value) => cleanAddress(value, '/imageUrl'));
  return {
    store_id: body.storeId,
    title: cleanLine(body.title, '/title'),
    ...(url !== undefined && { url }),
    ...(imageUrl !== undefined && { image_url: imageUrl }),
    ...(body.price !== undefined && {
      price_amount: body.price?.amount ?? null,
      price_currency: body.price?.currency ?? null,
    }),
    ...(body.status !== undefined && { status: body.status }),
  };
}

async function requireStore(trx: Kysely<Tables>, storeId: string): Promise<void> {
  const store = await trx
    .selectFrom('stores')
    .select('id')
    .where('id', '=', storeId)
    .forKeyShare()
    .executeTakeFirst();
  if (store === undefined)
    throw invalid({ pointer: '/storeId', detail: `There is no store ${storeId}; put the store first.` });
}

/** The full lock waits for conversations that are being opened about the listing. */
async function refuseMove(trx: Kysely<Tables>, listingId: string): Promise<void> {
  await trx.selectFrom('listings').select('id').where('id', '=', listingId).forUpdate().execute();
  const conversation = await trx
    .selectFrom('conversations')
    .select('id')
    .where('listing_id', '=', listingId)
    .limit(1)
    .executeTakeFirst();
  if (conversation !== undefined)
    throw new ProblemError(
      'conflict',
      `There are conversations about the listing ${listingId}, so it stays with its store. Make a new listing for the other store.`,
    );
}

function isShownChange(before: Selectable<ListingsTable>, after: Selectable<ListingsTable>): boolean {
  const columns = ['title', 'url', 'image_url', 'price_amount', 'price_currency'] as const;
  return columns.some((column) => before[column] !== after[column]);
}

export const getListing: Action<'getListing', HostAsker> = async (context, _asker, { params }) => {
  const row = await context.db
    .selectFrom('listings')
    .selectAll()
    .where('id', '=', params.id)
    .executeTakeFirst();
  if (row === undefined) throw noListing(params.id);
  return presentListing(row);
};

/** What is said of a listing that was never put. */
export function noListing(id: string): ProblemError {
  return new ProblemError('not-found', `There is no listing ${id}.`);
}

function presentListing(row: Selectable<ListingsTable>): Listing {
  return {
    id: row.id,
    storeId: row.store_id,
    title: row.title,
    url: row.url,
    imageUrl: row.image_url,
    price: presentMoney(row.price_amount, row.price_currency),
    status: row.status,
    createdAt: row.created_at.toISOString(),
  };
}
