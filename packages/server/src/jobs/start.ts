import type { Context } from '../actions/action.ts';
import { openChannels } from '../notifications/channels/index.ts';
import { startNotifications } from '../notifications/start.ts';
import { startTextIndexing } from './index-texts.ts';
import type { JobsObserver } from './observer.ts';
import { startQueue } from './queue.ts';
import { tasks } from './registry.ts';
import { startSweepingDeliveries } from './sweep-deliveries.ts';
import { startSweepingUploads } from './sweep-uploads.ts';

/** What works in the background of one node. */
export interface Jobs {
  /** Stops within some 6 s; jobs that were in hand and did not end run again elsewhere, or at the next start. */
  stop(): Promise<void>;
}

/**
 * Starts a node's background work: the queue, what hands due notifications to it, the search's index of texts, and the sweeping of what
 * nobody needs any more. Where no channel is configured, notifications wait as they are.
 *
 * @param connectionString of the same database as `context.db`
 */
export async function startJobs(
  context: Context,
  connectionString: string,
  observer?: JobsObserver,
): Promise<Jobs> {
  const channels = openChannels(context);
  const queue = await startQueue({ context, channels, observer }, connectionString, tasks);
  const notifications = channels.length > 0 ? startNotifications(context, channels) : null;
  const indexing = startTextIndexing(context);
  const sweeping = [startSweepingUploads(context), startSweepingDeliveries(context)];
  return {
    stop: async () => {
      await Promise.all([notifications?.stop(), indexing.stop(), ...sweeping.map((each) => each.stop())]);
      await queue.stop();
      for (const channel of channels) channel.close();
    },
  };
}
