import type { Context } from '../actions/action.ts';
import { repeat, type Repeating } from '../jobs/repeat.ts';
import { readMailFrom } from '../mail/sender.ts';
import type { Channel } from './channels/channel.ts';
import { nextDue, takeDue } from './take-due.ts';

/** Milliseconds between two looks at most. */
const interval = 1_000;
/** Milliseconds between two looks at least, while another node holds what is due. */
const pause = 50;

/** Hands what is due to the queue, about as soon as it is due. Any number of nodes may do so at once. */
export function startNotifications(context: Context, channels: readonly Channel[]): Repeating {
  const { db, config, log } = context;
  const batch = {
    channels: channels.map((channel) => channel.name),
    domain: readMailFrom(config.mailFrom).domain,
  };
  const look = async () => {
    const taken = await takeDue(db, batch);
    return taken > 0 ? 0 : Math.max(pause, await nextDue(db));
  };
  return repeat(interval, look, (error) => log.error({ err: error }, 'Due notifications could not be taken'));
}
