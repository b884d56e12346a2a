import { expect } from 'vitest';

/** What a service's metrics say at one moment. */
export interface Scrape {
  readonly text: string;
  /** The sample of a series, such as `parley_messages_total{kind="text"}`. */
  readonly value: (series: string) => number | undefined;
}

/** Reads the metrics from their address; null is that of a service without. */
export async function scrape(address: string | null): Promise<Scrape> {
  if (address === null) throw new Error('This service has no METRICS_PORT');
  const response = await fetch(address);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await response.text();
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const sample = /^([a-z_][a-z0-9_]*(?:\{.*\})?) (\S+)$/i.exec(line);
    if (sample?.[1] !== undefined) samples.set(sample[1], Number(sample[2]));
  }
  return { text, value: (series) => samples.get(series) };
}
