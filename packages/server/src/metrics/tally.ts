import { Counter, type Registry } from 'prom-client';

export interface TallyOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly [L, ...L[]];
  readonly registry: Registry;
}

/** Counts one more under these values of the labels, in their order. */
export type Tally = (values: readonly string[]) => void;

/**
 * A counter for what happens many thousand times a second: counting costs one look into a map, and the registry's own counter, which
 * checks and sorts labels at every step, is filled at a scrape.
 */
export function createTally<L extends string>({ name, help, labels, registry }: TallyOptions<L>): Tally {
  const counts = new Map<string, { readonly values: readonly string[]; count: number }>();
  const counter = new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const { values, count } of counts.values()) counter.labels(...values).inc(count);
    },
  });
  return (values) => {
    const key = values.join('\n');
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { values, count: 1 });
    else known.count += 1;
  };
}
