import type { Context } from '../../actions/action.ts';
import type { Channel } from './channel.ts';
import { openEmail } from './email.ts';

/** The registry: each opens its channel, or answers null where it is not configured. */
const openers: readonly ((context: Context) => Channel | null)[] = [openEmail];

/** The channels of this deployment. Whoever opens them closes them. */
export function openChannels(context: Context): Channel[] {
  return openers.flatMap((open) => open(context) ?? []);
}
