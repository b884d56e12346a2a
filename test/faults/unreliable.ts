import { randomStream } from '../../bench/src/generate/random.ts';
import type { Disturb } from './relay.ts';
import { createSplitter, type Wire } from './wire.ts';

/** What became of events on their way to the nodes. */
export interface Mishaps {
  events: number;
  dropped: number;
  doubled: number;
  /** Those that came after later ones. */
  reordered: number;
}

/** Of the events each this share is dropped, doubled and held back. */
const share = 0.1;
/** Events that pass one that is held back. */
const mostPassing = 8;
/** Milliseconds after which nothing is held back any more, though nothing passed it. */
const longestHold = 400;

interface Held {
  readonly event: Buffer;
  /** How many more are to pass it. */
  left: number;
  wasPassed: boolean;
}

/** Drops, doubles and reorders a tenth each of a bus' events; all else that its server says passes in its order and untouched. */
export function createUnreliability(
  createWire: () => Wire,
  seed: number,
): { disturb: Disturb; mishaps: Readonly<Mishaps> } {
  const random = randomStream(seed);
  const mishaps: Mishaps = { events: 0, dropped: 0, doubled: 0, reordered: 0 };
  const disturb: Disturb = (deliver) => {
    const wire = createWire();
    const split = createSplitter(wire);
    const held = new Set<Held>();

    function release(one: Held): Buffer[] {
      if (!held.delete(one)) return [];
      if (one.wasPassed) mishaps.reordered += 1;
      return [one.event];
    }

    function hold(event: Buffer): void {
      const one = { event, left: 1 + Math.floor(random() * mostPassing), wasPassed: false };
      held.add(one);
      setTimeout(() => release(one).forEach(deliver), longestHold);
    }

    /** The event, and those that were to wait for it. */
    function pass(event: Buffer): Buffer[] {
      const due = [...held].filter((one) => {
        one.wasPassed = true;
        one.left -= 1;
        return one.left === 0;
      });
      return [event, ...due.flatMap(release)];
    }

    function meet(event: Buffer): Buffer[] {
      mishaps.events += 1;
      const chance = random();
      if (chance < share) {
        mishaps.dropped += 1;
        return [];
      }
      if (chance < 2 * share) {
        mishaps.doubled += 1;
        return [...pass(event), event];
      }
      if (chance >= 3 * share) return pass(event);
      hold(event);
      return [];
    }

    return (chunk) => {
      const values = split(chunk).flatMap((value) => (wire.isEvent(value) ? meet(value) : [value]));
      if (values.length > 0) deliver(Buffer.concat(values));
    };
  };
  return { disturb, mishaps };
}
