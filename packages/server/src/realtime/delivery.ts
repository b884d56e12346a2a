import { closeCodes } from '@parley/protocol';
import type { Context } from '../actions/action.ts';
import type { Audience } from './audience.ts';
import { startCatchUp } from './catch-up.ts';
import { createDeliver, type Push } from './deliver.ts';
import type { RealtimeObserver } from './observer.ts';
import { createSequencer, type Sequencer } from './sequencer.ts';

/** Milliseconds over which sockets are told to resync, so that not all come back at once. */
const resyncSpread = 2_000;
const resyncSteps = 20;

export interface Delivery {
  readonly held: Sequencer['held'];
  close(): Promise<void>;
}

/** Brings what happens on any node to the sockets of this one. */
export function startDelivery(
  context: Context,
  audience: Audience,
  observer: RealtimeObserver | undefined,
): Delivery {
  const { db, log, bus } = context;
  const deliver = createDeliver(context, audience);
  const push = (event: Push): void => {
    deliver(event);
    if (event.type === 'message.sent') observer?.onPush(Date.now() - event.message.created_at.getTime());
  };
  const sequencer = createSequencer({ db, log, push, isConnected: (userId) => audience.of(userId).size > 0 });
  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'message.sent') sequencer.own(event);
    else if (event.type === 'message.stored') sequencer.advance(event.conversationId, event.seq);
    else if (event.type === 'bus.interrupted') resyncAll(audience);
    else push(event);
  });
  const catchUp = startCatchUp({ db, log, sequencer, push, people: () => audience.people() });
  return {
    held: (conversationId, seq) => sequencer.held(conversationId, seq),
    async close() {
      unsubscribe();
      await catchUp.close();
      await sequencer.close();
    },
  };
}

/** Read positions and conversations' changes are not looked for in the database: whoever is connected now has to sync. */
function resyncAll(audience: Audience): void {
  const connections = [...audience.all()];
  const step = Math.ceil(connections.length / resyncSteps);
  for (let index = 0; index * step < connections.length; index += 1)
    setTimeout(
      () => {
        for (const { socket } of connections.slice(index * step, (index + 1) * step))
          socket.close(closeCodes.resync, 'resync');
      },
      (index * resyncSpread) / resyncSteps,
    ).unref();
}
