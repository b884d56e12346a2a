import { maxAsked } from './payloads.ts';

/** Milliseconds between two looks at what is missing. The first look leaves alone what may only be late. */
const interval = 400;
/** How often a payload is asked for. With `interval` it is given up after 2.8 s, so that who has to sync has done it within 5 s. */
const maxTries = 5;
/** Payloads of one node that may be missing. */
const maxMissing = 1_000;
/** Nodes that are followed; whoever reaches the bus may make up names. */
const maxNodes = 1_000;

/** Follows other nodes' numbers, and finds those that did not come. */
export interface MissingPayloads {
  /** Whether this is the first that is heard of it. */
  isNew(node: string): boolean;
  /** The payload under this number came. */
  came(node: string, number: number): void;
  /** The node has given numbers up to this one. */
  reached(node: string, number: number): void;
  /** Whoever is connected here syncs anyway: what is missing now is found by that. */
  forget(): void;
  close(): void;
}

export interface MissingOptions {
  readonly ask: (node: string, numbers: readonly number[]) => void;
  /** Some payloads are lost for good. */
  readonly onLost: () => void;
}

/** What came of one node: all numbers up to `upto` but those that are missing, with how often each was looked at. */
interface Followed {
  /** Null until it has named a number. */
  upto: number | null;
  readonly missing: Map<number, number>;
}

/** A node's numbers are followed from the first that is heard: what it said before was there for whoever synced since. */
export function createMissingPayloads({ ask, onLost }: MissingOptions): MissingPayloads {
  const nodes = new Map<string, Followed>();
  let timer: NodeJS.Timeout | undefined;

  function follow(node: string): Followed {
    const known = nodes.get(node);
    if (known !== undefined) return known;
    const oldest = nodes.size < maxNodes ? undefined : nodes.keys().next().value;
    if (oldest !== undefined) nodes.delete(oldest);
    const followed = { upto: null, missing: new Map<number, number>() };
    nodes.set(node, followed);
    return followed;
  }

  function reached(node: string, number: number): void {
    const followed = follow(node);
    const upto = followed.upto ?? number;
    followed.upto = Math.max(upto, number);
    if (followed.missing.size + number - upto > maxMissing) return giveUp(followed);
    for (let lost = upto + 1; lost <= number; lost += 1) followed.missing.set(lost, 0);
    if (followed.missing.size > 0) timer ??= setInterval(look, interval).unref();
  }

  function giveUp(followed: Followed): void {
    followed.missing.clear();
    onLost();
  }

  function look(): void {
    for (const [node, followed] of nodes) {
      const wanted: number[] = [];
      for (const [number, looks] of followed.missing) {
        followed.missing.set(number, looks + 1);
        if (looks > 0) wanted.push(number);
        if (looks > maxTries) return giveUp(followed);
      }
      if (wanted.length > 0) ask(node, wanted.slice(0, maxAsked));
    }
    if ([...nodes.values()].every(({ missing }) => missing.size === 0)) stop();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    isNew(node) {
      const isKnown = nodes.has(node);
      follow(node);
      return !isKnown;
    },
    came(node, number) {
      reached(node, number - 1);
      const followed = follow(node);
      followed.upto = Math.max(followed.upto ?? number, number);
      followed.missing.delete(number);
    },
    reached,
    forget() {
      nodes.clear();
      stop();
    },
    close: stop,
  };
}
