import { NIL } from 'uuid';
import type { Context } from '../actions/action.ts';
import { forgetDeliveries } from '../notifications/forget-deliveries.ts';
import { repeat, type Repeating } from './repeat.ts';

/** Milliseconds between sweeps, and between the batches of one. */
const interval = 86_400_000;
const pause = 200;
/** Milliseconds that what became of a notification can be looked up: 90 days, far longer than one is tried. */
const retention = 90 * 86_400_000;
const batch = 500;

/** Forgets old deliveries a batch at a time. On several nodes each sweeps; what one deletes, the others do not find. */
export function startSweepingDeliveries(context: Pick<Context, 'db' | 'log'>): Repeating {
  let after: string = NIL;
  let count = 0;
  const sweep = async (): Promise<number | void> => {
    const before = new Date(Date.now() - retention);
    const { deleted, next } = await forgetDeliveries(context.db, { before, after, batch });
    count += deleted;
    after = next ?? NIL;
    if (next !== null) return pause;
    if (count > 0) context.log.info({ count }, 'old deliveries were deleted');
    count = 0;
  };
  return repeat(interval, sweep, (error) =>
    context.log.warn({ err: error }, 'deliveries could not be swept'),
  );
}
