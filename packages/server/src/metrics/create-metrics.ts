import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { observeBus } from './bus.ts';
import { addGauges } from './gauges.ts';
import { observeHttp, observeLimits } from './http.ts';
import { observeJobs } from './jobs.ts';
import { observeJournal } from './journal.ts';
import type { Metrics } from './metrics.ts';
import { observeRealtime } from './realtime.ts';

/**
 * Starts measuring. Labels are names that the program knows (kinds, routes, codes): never a person's, never a text, so a scrape says
 * nothing about anybody and the number of series is bounded.
 */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'parley_info',
    help: 'Always 1; the label says which version runs',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  return {
    onBatch: observeJournal(registry),
    onAnswer: observeHttp(registry),
    onRefused: observeLimits(registry),
    realtime: observeRealtime(registry),
    jobs: observeJobs(registry),
    observeBus: observeBus(registry),
    watch: (sources) => addGauges(registry, sources),
    scrape: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
