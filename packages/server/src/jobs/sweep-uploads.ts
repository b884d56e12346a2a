import type { Context } from '../actions/action.ts';
import { deleteLooseAttachments } from '../actions/attachments.ts';
import { repeat, type Repeating } from './repeat.ts';

/** Milliseconds between sweeps, and the hours that an upload may wait for its message. */
const interval = 3_600_000;
const patience = 24;

/** Deletes uploads that no message took. On several nodes each sweeps; what one deletes, the others do not find. */
export function startSweepingUploads(context: Context): Repeating {
  const sweep = async (): Promise<void> => {
    const count = await deleteLooseAttachments(context, patience);
    if (count > 0) context.log.info({ count }, 'uploads without a message were deleted');
  };
  return repeat(interval, sweep, (error) => context.log.warn({ err: error }, 'uploads could not be swept'));
}
