import { Counter, Histogram, type Registry } from 'prom-client';
import type { RealtimeObserver } from '../realtime/observer.ts';
import { quickSeconds } from './journal.ts';
import { createTally } from './tally.ts';

/** Measures sockets: what is asked, what is pushed, and who does not read. */
export function observeRealtime(registry: Registry): RealtimeObserver {
  const registers = [registry];
  const frames = createTally({
    name: 'parley_frames_total',
    help: "Frames from clients, by op and by what came of them: ok, or the problem's code",
    labels: ['op', 'outcome'],
    registry,
  });
  const lag = new Histogram({
    name: 'parley_delivery_lag_seconds',
    help: "From a message's creation, by the database's clock, to this node's sockets, by this machine's",
    buckets: quickSeconds,
    registers,
  });
  const slow = new Counter({
    name: 'parley_slow_readers_total',
    help: 'Sockets closed with 4008 since they did not read',
    registers,
  });
  return {
    onFrame: (op, outcome) => frames([op, outcome]),
    onPush: (milliseconds) => lag.observe(Math.max(0, milliseconds) / 1000),
    onSlowReader: () => slow.inc(),
  };
}
