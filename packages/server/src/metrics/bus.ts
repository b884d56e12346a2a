import { Counter, type Registry } from 'prom-client';
import type { Bus } from '../bus/bus.ts';
import { createTally } from './tally.ts';

/** Counts what crosses a bus. A bus hands a node its own events while it publishes them, so all others are from elsewhere. */
export function observeBus(registry: Registry): (bus: Bus) => Bus {
  const events = createTally({
    name: 'parley_bus_events_total',
    help: 'Events between nodes, sent by this one or received from others',
    labels: ['direction', 'type'],
    registry,
  });
  const interruptions = new Counter({
    name: 'parley_bus_interruptions_total',
    help: 'Times that this node may have missed events of others',
    registers: [registry],
  });
  return (bus) => {
    let publishing = false;
    bus.subscribe(({ type }) => {
      if (type === 'bus.interrupted') interruptions.inc();
      else events([publishing ? 'sent' : 'received', type]);
    });
    return {
      publish(published) {
        publishing = true;
        try {
          bus.publish(published);
        } finally {
          publishing = false;
        }
      },
      subscribe: (handler) => bus.subscribe(handler),
      close: () => bus.close(),
    };
  };
}
