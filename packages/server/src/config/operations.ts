import type { Reader } from './reader.ts';

/** What operators watch and steer a process by. */
export interface Operations {
  /** Null: nothing is measured. 0 takes a free one. */
  readonly metricsPort: number | null;
  readonly metricsHost: string;
  /** Seconds from the signal to stop, during which `/readyz` says 503 and all else goes on, to the stop itself. */
  readonly drainSeconds: number;
  /** Started by `npx` or `npm`: a shell stands between, which dies of a signal and passes none on. */
  readonly behindNpm: boolean;
}

export function readOperations(reader: Reader): Operations {
  return {
    metricsPort: reader.integer('METRICS_PORT', { min: 0, max: 65_535 }),
    metricsHost: reader.text('METRICS_HOST') ?? '127.0.0.1',
    drainSeconds: reader.integer('DRAIN_SECONDS', { min: 0, max: 300 }) ?? 0,
    behindNpm: reader.text('npm_command') !== null,
  };
}
