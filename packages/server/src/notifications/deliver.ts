import type { Kysely } from 'kysely';
import type { Tables } from '../db/tables.ts';
import type { Attempt, Task, Work } from '../jobs/task.ts';
import type { Channel } from './channels/channel.ts';
import { checkDelivery, type Delivery } from './read-delivery.ts';

/** Speaks to one person through one channel, unless that has become needless meanwhile. */
export const deliver: Task = {
  name: 'deliver',
  ready: ({ channels }) => channels.length > 0,
  run: async (work, payload, attempt) => {
    const { db } = work.context;
    const delivery = await readDue(db, payload);
    if (delivery === null) return;
    const channel = work.channels.find(({ name }) => name === delivery.channel);
    if (channel === undefined) throw new Error(`The channel ${delivery.channel} is not configured here.`);
    const checked = await checkDelivery(db, delivery);
    if ('skipped' in checked) {
      work.observer?.onNotification(channel.name, 'skipped');
      return settle(db, delivery, 'skipped', checked.skipped);
    }
    const outcome = await tryOnce(work, channel, checked.notification, attempt);
    work.observer?.onNotification(channel.name, outcome.state);
    await settle(db, delivery, outcome.state, outcome.detail);
  },
};

async function readDue(db: Kysely<Tables>, payload: unknown): Promise<Delivery | null> {
  if (typeof payload !== 'object' || payload === null || !('deliveryId' in payload)) return null;
  if (typeof payload.deliveryId !== 'string') return null;
  const delivery = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('id', '=', payload.deliveryId)
    .where('state', '=', 'due')
    .executeTakeFirst();
  return delivery ?? null;
}

interface Outcome {
  readonly state: 'sent' | 'failed';
  readonly detail: string | null;
}

/** @throws what the channel throws, unless this was the last try */
async function tryOnce(
  { context, observer }: Work,
  channel: Channel,
  notification: Parameters<Channel['deliver']>[0],
  attempt: Attempt,
): Promise<Outcome> {
  try {
    const delivered = await channel.deliver(notification, attempt.signal);
    if (delivered.outcome === 'sent') return { state: 'sent', detail: null };
    context.log.warn({ delivery: notification.id, reason: delivered.reason }, 'A notification was refused');
    return { state: 'failed', detail: delivered.reason };
  } catch (error) {
    if (!attempt.last) {
      observer?.onNotification(channel.name, 'delayed');
      throw error;
    }
    context.log.error({ delivery: notification.id, err: error }, 'A notification failed for good');
    return { state: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}

async function settle(
  db: Kysely<Tables>,
  delivery: Delivery,
  state: 'sent' | 'skipped' | 'failed',
  detail: string | null,
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state, detail, sent_at: state === 'sent' ? new Date() : null })
    .where('id', '=', delivery.id)
    .execute();
}
