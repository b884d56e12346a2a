import { fill } from '../generate/command.ts';
import { startService, type Service } from '../service.ts';
import { figure, milliseconds, percentiles, type Percentiles } from '../statistics.ts';
import { readCases, type FlatCase } from './flat-cases.ts';

/** With so many conversations each list and search fills its page, as it does in big data. */
const small = { messages: 10_000, conversations: 4_000, seller: 3_000, longest: 1_000 };
const tries = 150;
const warmUp = 20;

/**
 * The same reads over 10,000 messages and over what `bench generate` put into PARLEY_BENCH_DATA: over HTTP, and their statements alone.
 * Small and big take turns, so that a busy machine slows both. Without that folder the small data alone is measured.
 */
export async function flat(service: Service): Promise<string[]> {
  await fill(service.connectionString, small, { check: true, say: () => undefined });
  const folder = process.env.PARLEY_BENCH_DATA;
  if (!folder)
    return [
      ...(await compare([service])),
      '  (set PARLEY_BENCH_DATA to compare with big data; see generate --help)',
    ];
  const big = await startService({ dataDir: folder });
  try {
    return await compare([service, big]);
  } finally {
    await big.stop();
  }
}

async function compare(services: readonly Service[]): Promise<string[]> {
  const sides = await Promise.all(
    services.map(async (service) => ({ service, ...(await readCases(service)) })),
  );
  const lines: string[] = [];
  try {
    for (const [index, { name }] of (sides[0]?.cases ?? []).entries()) {
      const runs = sides.flatMap(({ service, cases }) => {
        const one = cases[index];
        return one === undefined ? [] : [{ http: () => request(service, one), sql: one.sql }];
      });
      lines.push(line(name, 'HTTP', await takeTurns(runs.map((run) => run.http))));
      lines.push(line('', 'SQL', await takeTurns(runs.map((run) => run.sql))));
    }
  } finally {
    for (const side of sides) await side.close();
  }
  return lines;
}

/** Times of each, in milliseconds. */
async function takeTurns(reads: readonly (() => Promise<unknown>)[]): Promise<Percentiles[]> {
  const times = reads.map((): number[] => []);
  for (let index = 0; index < tries + warmUp; index += 1) {
    for (const [place, read] of reads.entries()) {
      const started = performance.now();
      await read();
      if (index >= warmUp) times[place]?.push(performance.now() - started);
    }
  }
  return times.map(percentiles);
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

function line(name: string, way: string, [less, more]: readonly Percentiles[]): string {
  if (less === undefined) return '';
  const start = `${name.padEnd(40)} ${way.padEnd(4)} ${milliseconds(less)}`;
  if (more === undefined) return start;
  return `${start.padEnd(76)} big ${milliseconds(more)}, ×${figure(more.p50 / less.p50)}`;
}
