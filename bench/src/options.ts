import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Seconds that each measurement under load lasts. */
  readonly seconds: number;
  /** Names of scenarios; empty means all. */
  readonly only: readonly string[];
}

export const usage = `Usage: npm run bench -- [--seconds N] [--only name,name]
       npm run bench -- generate --help

  --seconds N   how long each measurement under load lasts (default 10)
  --only …      some of: limits, latency, saturation, idle, reads, flat, storm
  --help        this text`;

/** Reads the command line; null when only help was asked for. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '10' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const seconds = Number(values.seconds);
  if (!Number.isFinite(seconds) || seconds < 1 || seconds > 600)
    throw new Error('--seconds takes a number from 1 to 600');
  return { seconds, only: values.only.split(',').filter((name) => name !== '') };
}
