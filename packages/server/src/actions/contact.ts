import { sql, type Kysely } from 'kysely';
import { presentMoney } from '../db/present.ts';
import type { Tables } from '../db/tables.ts';
import { responseMinutes } from '../domain/response-time.ts';
import type { Action, PersonAsker } from './action.ts';
import { noListing } from './listings.ts';

/** What a contact dialog shows before there is a conversation, and the conversation when the asker has one already. */
export const getContact: Action<'getContact', PersonAsker> = async (context, asker, { params }) => {
  const row = await readListing(context.db, params.id, asker.userId);
  if (row === undefined) throw noListing(params.id);
  return {
    listing: {
      id: row.id,
      title: row.title,
      url: row.url,
      imageUrl: row.image_url,
      price: presentMoney(row.price_amount, row.price_currency),
    },
    store: { id: row.store_id, name: row.store_name, imageUrl: row.store_image },
    responseMinutes: responseMinutes(await readAnswers(context.db, row.store_id)),
    conversationId: row.conversation_id,
    own: row.own,
  };
};

function readListing(db: Kysely<Tables>, listingId: string, userId: string) {
  return db
    .selectFrom('listings as l')
    .innerJoin('stores as s', 's.id', 'l.store_id')
    .selectAll('l')
    .select(['s.name as store_name', 's.image_url as store_image'])
    .select((is) => [
      is
        .exists(
          is
            .selectFrom('store_members as m')
            .select('m.user_id')
            .whereRef('m.store_id', '=', 'l.store_id')
            .where('m.user_id', '=', userId),
        )
        .$castTo<boolean>()
        .as('own'),
      is
        .selectFrom('conversations as c')
        .select('c.id')
        .whereRef('c.listing_id', '=', 'l.id')
        .where('c.buyer_id', '=', userId)
        .where('c.last_seq', '>', 0)
        .as('conversation_id'),
    ])
    .where('l.id', '=', listingId)
    .executeTakeFirst();
}

/** Seconds to the store's first answer in its newest conversations of 90 days; a thousand of them say as much as all. */
async function readAnswers(db: Kysely<Tables>, storeId: string): Promise<number[]> {
  const rows = await sql<{
    seconds: number;
  }>`select extract(epoch from answered_at - asked_at)::float8 as seconds
    from conversations where store_id = ${storeId} and last_at > now() - interval '90 days'
      and asked_at > now() - interval '90 days' and answered_at is not null
    order by last_at desc limit 1000`.execute(db);
  return rows.rows.map((row) => row.seconds);
}
