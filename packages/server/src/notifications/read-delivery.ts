import { sql, type Kysely, type Selectable } from 'kysely';
import { loadConversation } from '../db/conversations.ts';
import type { NamedMessage } from '../db/messages.ts';
import type { DeliveriesTable, Tables } from '../db/tables.ts';
import { whyNotDeliver } from '../domain/delivery.ts';
import type { Notification } from './notification.ts';

/** Messages that a notification shows; the rest is counted. */
const shown = 5;

export type Delivery = Selectable<DeliveriesTable>;

/** A delivery as it stands now: what is to be said, or why nothing is said any more. */
export type Checked = { readonly notification: Notification } | { readonly skipped: string };

/** Reads everything that a delivery is about as it is now, not as it was when it became due. */
export async function checkDelivery(db: Kysely<Tables>, delivery: Delivery): Promise<Checked> {
  const { user_id: userId, conversation_id: conversationId } = delivery;
  const person = await db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst();
  const seat = await db
    .selectFrom('participants')
    .select(['side', 'read_seq', 'muted', 'email_off'])
    .where('user_id', '=', userId)
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  const conversation = await loadConversation(db, userId, conversationId);
  if (!person || !seat || !conversation) return { skipped: 'The person has no seat there any more.' };
  const unread = await readUnread(db, delivery, { side: seat.side, readSeq: seat.read_seq });
  const skipped = whyNotDeliver({
    reachable: person.email !== null,
    suspended: person.suspended,
    erased: person.erased_at !== null,
    wanted: person.email_notifications,
    silenced: seat.muted || seat.email_off,
    unreadTexts: unread.texts,
  });
  if (skipped !== null || person.email === null)
    return { skipped: skipped ?? 'The person has no address here.' };
  return {
    notification: {
      id: delivery.id,
      messageId: delivery.message_id,
      references: await readReferences(db, delivery),
      person: { ...person, email: person.email, timeZone: person.time_zone },
      conversation,
      messages: unread.messages,
      more: unread.count - unread.messages.length,
    },
  };
}

interface Unread {
  readonly messages: NamedMessage[];
  readonly count: number;
  readonly texts: number;
}

async function readUnread(
  db: Kysely<Tables>,
  delivery: Delivery,
  seat: { side: string; readSeq: number },
): Promise<Unread> {
  const { rows } = await sql<NamedMessage & { total: number; texts: number }>`
    select m.*, coalesce(u.name, '') as author_name, count(*) over ()::int as total,
      (count(*) filter (where m.kind = 'text') over ())::int as texts
    from messages m left join users u on u.id = m.author
    where m.conversation_id = ${delivery.conversation_id} and m.seq <= ${delivery.upto_seq}
      and m.seq > ${Math.max(delivery.from_seq, seat.readSeq)}
      and m.kind in ('text', 'notice') and m.side <> ${seat.side} and m.redacted_at is null
    order by m.seq limit ${shown}`.execute(db);
  return { messages: rows, count: rows[0]?.total ?? 0, texts: rows[0]?.texts ?? 0 };
}

/** The first and the last mail about this conversation that this person got before. */
async function readReferences(db: Kysely<Tables>, delivery: Delivery): Promise<string[]> {
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select (array_agg(message_id order by id))[1] as first, (array_agg(message_id order by id desc))[1] as last
    from deliveries where user_id = ${delivery.user_id} and conversation_id = ${delivery.conversation_id}
      and channel = ${delivery.channel} and state = 'sent' and id < ${delivery.id}`.execute(db);
  return [...new Set([rows[0]?.first, rows[0]?.last])].filter((id) => typeof id === 'string');
}
