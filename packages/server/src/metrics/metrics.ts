import type { Bus } from '../bus/bus.ts';
import type { HttpObserver } from '../http/observer.ts';
import type { LimitKind } from '../http/rate-limit.ts';
import type { JobsObserver } from '../jobs/observer.ts';
import type { BatchObserver } from '../journal/batch.ts';
import type { RealtimeObserver } from '../realtime/observer.ts';
import type { Sources } from './gauges.ts';

/** What the service's parts report to while it measures itself. Without `METRICS_PORT` there is none, and nobody is told. */
export interface Metrics {
  readonly onBatch: BatchObserver;
  readonly onAnswer: HttpObserver;
  readonly onRefused: (kind: LimitKind) => void;
  readonly realtime: RealtimeObserver;
  readonly jobs: JobsObserver;
  /** The same bus, with what crosses it counted. */
  observeBus(bus: Bus): Bus;
  /** What is looked up at each scrape, once it is there. */
  watch(sources: Sources): void;
  /** Everything, in Prometheus' text format. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}
