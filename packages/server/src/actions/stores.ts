import { ProblemError, type PutStore, type Store } from '@parley/protocol';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { StoresTable, Tables } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import { cleanAddress, cleanLine, optional } from '../domain/fields.ts';
import { invalid } from '../domain/invalid.ts';
import type { Action, HostAsker } from './action.ts';
import { spread } from './spread.ts';

/**
 * Creates a store, or changes it; a picture that the body leaves out stays. `members` is the whole list: who is new gets a seat in each of
 * the store's conversations, who is not in it any more loses theirs.
 */
export const putStore: Action<'putStore', HostAsker> = async (context, _asker, { params, body }) => {
  const imageUrl = optional(body.imageUrl, (value) => cleanAddress(value, '/imageUrl'));
  const given = {
    name: cleanLine(body.name, '/name'),
    ...(imageUrl !== undefined && { image_url: imageUrl }),
  };
  const { row, shown } = await transact(context.db, async (trx) => {
    await requireUsers(trx, body);
    const before = await trx
      .selectFrom('stores')
      .selectAll()
      .where('id', '=', params.id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    const row = await trx
      .insertInto('stores')
      .values({ id: params.id, created_at: sql`date_trunc('milliseconds', now())`, ...given })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(given))
      .returningAll()
      .executeTakeFirstOrThrow();
    await writeMembers(trx, row.id, body.members);
    return { row, shown: before?.name !== row.name || before.image_url !== row.image_url };
  });
  await spread(context, { storeId: row.id }, shown);
  return presentStore(row, body.members);
};

/** Keeps the members from being erased meanwhile. */
async function requireUsers(trx: Kysely<Tables>, body: PutStore): Promise<void> {
  const rows = await sql<{ id: string }>`select id from users where id = any(${body.members}::text[])
    and erased_at is null order by id for share`.execute(trx);
  const known = new Set(rows.rows.map((row) => row.id));
  const errors = body.members.flatMap((id, index) =>
    known.has(id)
      ? []
      : [{ pointer: `/members/${index}`, detail: `There is no user ${id}; put the user first.` }],
  );
  const [first, ...others] = errors;
  if (first !== undefined) throw invalid(first, ...others);
}

async function writeMembers(trx: Kysely<Tables>, storeId: string, members: readonly string[]): Promise<void> {
  await sql`with gone as (
      delete from store_members where store_id = ${storeId} and user_id <> all(${members}::text[]) returning user_id, store_id
    ) insert into former_members (user_id, store_id) select user_id, store_id from gone on conflict do nothing`.execute(
    trx,
  );
  await sql`insert into store_members (store_id, user_id) select ${storeId}, unnest(${members}::text[])
    on conflict do nothing`.execute(trx);
}

export const getStore: Action<'getStore', HostAsker> = async (context, _asker, { params }) => {
  const row = await context.db
    .selectFrom('stores')
    .selectAll()
    .where('id', '=', params.id)
    .executeTakeFirst();
  if (row === undefined) throw new ProblemError('not-found', `There is no store ${params.id}.`);
  const members = await context.db
    .selectFrom('store_members')
    .select('user_id')
    .where('store_id', '=', row.id)
    .execute();
  return presentStore(
    row,
    members.map((member) => member.user_id),
  );
};

function presentStore(row: Selectable<StoresTable>, members: readonly string[]): Store {
  return {
    id: row.id,
    name: row.name,
    imageUrl: row.image_url,
    members: [...members].sort(),
    createdAt: row.created_at.toISOString(),
  };
}
