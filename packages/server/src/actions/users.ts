import { ProblemError, type PutUser, type User } from '@parley/protocol';
import { sql } from 'kysely';
import type { UserRow } from '../db/tables.ts';
import { transact } from '../db/transact.ts';
import { cleanProfile } from '../domain/profile.ts';
import type { Action, HostAsker } from './action.ts';
import { spread } from './spread.ts';

/**
 * Creates a person, or changes what the body names; what it leaves out stays as it is, null empties it. A person who was erased
 * is there again under the new name; their texts are not. What tokens say that were issued before does not count any more.
 */
export const putUser: Action<'putUser', HostAsker> = async (context, _asker, { params, body }) => {
  const given = givenColumns(body);
  // Tokens know whole seconds: one of this second may well be the next that the back end did.
  const claims_at = sql<number>`floor(extract(epoch from now()))`;
  const { row, shown } = await transact(context.db, async (trx) => {
    const before = await trx
      .selectFrom('users')
      .select(['name', 'avatar_url'])
      .where('id', '=', params.id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    const row = await trx
      .insertInto('users')
      .values({ id: params.id, created_at: sql`date_trunc('milliseconds', now())`, ...given, claims_at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...given, claims_at, erased_at: null }))
      .returningAll()
      .executeTakeFirstOrThrow();
    return { row, shown: before?.name !== row.name || before.avatar_url !== row.avatar_url };
  });
  await spread(context, { buyerId: row.id }, shown);
  return presentUser(row);
};

function givenColumns(body: PutUser) {
  const { name, email, avatarUrl, locale, timeZone, role } = cleanProfile(body);
  return {
    name,
    ...(email !== undefined && { email }),
    ...(avatarUrl !== undefined && { avatar_url: avatarUrl }),
    ...(locale !== undefined && { locale }),
    ...(timeZone !== undefined && { time_zone: timeZone }),
    ...(role !== undefined && { role }),
  };
}

export const getUser: Action<'getUser', HostAsker> = async (context, _asker, { params }) => {
  const row = await context.db.selectFrom('users').selectAll().where('id', '=', params.id).executeTakeFirst();
  if (row === undefined) throw noUser(params.id);
  return presentUser(row);
};

/** What is said of a person who was never put. */
export function noUser(id: string): ProblemError {
  return new ProblemError('not-found', `There is no user ${id}.`);
}

function presentUser(row: UserRow): User {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    avatarUrl: row.avatar_url,
    locale: row.locale,
    timeZone: row.time_zone,
    role: row.role,
    suspended: row.suspended,
    createdAt: row.created_at.toISOString(),
  };
}
