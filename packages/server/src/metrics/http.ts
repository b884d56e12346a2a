import { Histogram, type Registry } from 'prom-client';
import type { HttpObserver } from '../http/observer.ts';
import type { LimitKind } from '../http/rate-limit.ts';
import { createTally } from './tally.ts';

/** Measures requests by the pattern of their route: addresses may carry ids and tokens. */
export function observeHttp(registry: Registry): HttpObserver {
  const seconds = new Histogram({
    name: 'parley_http_request_seconds',
    help: 'Time from a request to the end of its answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return ({ method, route, status, milliseconds }) =>
    seconds.observe({ method, route, status }, milliseconds / 1000);
}

/** Counts what the limits refused. */
export function observeLimits(registry: Registry): (kind: LimitKind) => void {
  const refused = createTally({
    name: 'parley_rate_limited_total',
    help: 'Refused since a person or an address asked too much, by what was limited',
    labels: ['kind'],
    registry,
  });
  return (kind) => refused([kind]);
}
