import { ProblemError, type Body, type Me } from '@parley/protocol';
import { cleanLine, cleanTimeZone, optional } from '../domain/fields.ts';
import type { Action, Context, PersonAsker } from './action.ts';
import { spread } from './spread.ts';

export const getMe: Action<'getMe', PersonAsker> = (context, asker) => readMe(context, asker);

/**
 * Changes what the body names, null empties it. A name that the marketplace's tokens carry comes back with the next one.
 */
export const updateMe: Action<'updateMe', PersonAsker> = async (context, asker, { body }) => {
  const changes = changedColumns(body);
  if (Object.keys(changes).length > 0)
    await context.db.updateTable('users').set(changes).where('id', '=', asker.userId).execute();
  if (changes.name !== undefined) await spread(context, { buyerId: asker.userId }, true);
  return readMe(context, asker);
};

function changedColumns(body: Body<'updateMe'>) {
  const timeZone = optional(body.timeZone, (value) => cleanTimeZone(value, '/timeZone'));
  return {
    ...(body.name !== undefined && { name: cleanLine(body.name, '/name') }),
    ...(body.locale !== undefined && { locale: body.locale }),
    ...(timeZone !== undefined && { time_zone: timeZone }),
    ...(body.notifications?.email !== undefined && { email_notifications: body.notifications.email }),
  };
}

async function readMe(context: Context, asker: PersonAsker): Promise<Me> {
  const user = await context.db
    .selectFrom('users')
    .selectAll()
    .where('id', '=', asker.userId)
    .executeTakeFirst();
  if (user === undefined) throw new ProblemError('not-found', 'There is no such person.');
  const stores = await context.db
    .selectFrom('store_members as m')
    .innerJoin('stores as s', 's.id', 'm.store_id')
    .select(['s.id', 's.name', 's.image_url as imageUrl'])
    .where('m.user_id', '=', asker.userId)
    .orderBy('s.id')
    .execute();
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    avatarUrl: user.avatar_url,
    locale: user.locale,
    timeZone: user.time_zone,
    role: user.role,
    stores,
    notifications: { email: user.email_notifications },
  };
}
