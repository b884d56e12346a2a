import { fill } from '../generate/command.ts';
import type { BenchOptions } from '../options.ts';
import { startService, type Service } from '../service.ts';
import { figure, milliseconds, percentiles, type Percentiles } from '../statistics.ts';
import { readCases, type FlatCase } from './flat-cases.ts';

const small = { messages: 10_000, conversations: 2_000, seller: 1_200, longest: 1_000 };
const tries = 200;
const warmUp = 30;

interface Timed {
  readonly http: Percentiles;
  readonly sql: Percentiles;
}

/**
 * The same reads over 10,000 messages and over what `bench generate` put into PARLEY_BENCH_DATA: over HTTP, and their statements alone.
 * Without that folder the small data alone is measured.
 */
export async function flat(service: Service, _options: BenchOptions): Promise<string[]> {
  await fill(service.connectionString, small, { check: true, say: () => undefined });
  const before = await timeAll(service);
  const folder = process.env.PARLEY_BENCH_DATA;
  if (!folder) return [...table(before, null), '  (set PARLEY_BENCH_DATA to compare with big data)'];
  const big = await startService(folder);
  try {
    return table(before, await timeAll(big));
  } finally {
    await big.stop();
  }
}

async function timeAll(service: Service): Promise<Map<string, Timed>> {
  const { cases, close } = await readCases(service);
  const times = new Map<string, Timed>();
  try {
    for (const one of cases)
      times.set(one.name, { http: await time(() => request(service, one)), sql: await time(one.sql) });
  } finally {
    await close();
  }
  return times;
}

async function time(read: () => Promise<unknown>): Promise<Percentiles> {
  const times: number[] = [];
  for (let index = 0; index < tries + warmUp; index += 1) {
    const started = performance.now();
    await read();
    const took = performance.now() - started;
    if (index >= warmUp) times.push(took);
    // What takes long needs no 200 tries to be known.
    if (index >= warmUp + 20 && took > 100) break;
  }
  return percentiles(times);
}

async function request(service: Service, { token, path, body }: FlatCase): Promise<void> {
  const answer = await fetch(service.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
}

/** Each line: small and big, over HTTP and in SQL, and how many times longer the big one takes. */
function table(before: ReadonlyMap<string, Timed>, after: ReadonlyMap<string, Timed> | null): string[] {
  return [...before].flatMap(([name, less]) => {
    const more = after?.get(name);
    return (['http', 'sql'] as const).map((way) => {
      const compared =
        more === undefined
          ? ''
          : `; big ${milliseconds(more[way])}; ×${figure(more[way].p50 / less[way].p50)}`;
      return `${name.padEnd(44)} ${way.padEnd(4)} small ${milliseconds(less[way])}${compared}`;
    });
  });
}
