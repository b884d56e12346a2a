import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fill } from '../generate/command.ts';
import { startService, type Service } from '../service.ts';
import { figure, milliseconds, percentiles, type Percentiles } from '../statistics.ts';
import { readCases, type FlatCase } from './flat-cases.ts';

/** With so many conversations each list and search fills its page, as it does in big data. */
const small = { messages: 10_000, conversations: 4_000, seller: 3_000, longest: 1_000 };
const tries = 400;
/** Until the engine has compiled what a read runs through. */
const warmUp = 100;

/**
 * The same reads over 10,000 messages and over what `bench generate` put into PARLEY_BENCH_DATA: over HTTP as a client sees it, as the
 * service itself measures it, and their statements alone.
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
  const big = await startService({ dataDir: folder, timed: true });
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
  // What the service says of the requests that the cases were read by has come by then.
  await sleep(500);
  try {
    for (const [index, { name }] of (sides[0]?.cases ?? []).entries()) {
      const runs = sides.flatMap(({ service, cases }) => {
        const one = cases[index];
        return one === undefined ? [] : [{ http: () => request(service, one), sql: () => timed(one.sql) }];
      });
      const [http, server] = await takeTurns(runs.map((run) => run.http));
      const [sql] = await takeTurns(runs.map((run) => run.sql));
      lines.push(line(name, 'HTTP', http), line('', 'server', server), line('', 'SQL', sql));
    }
  } finally {
    for (const side of sides) await side.close();
  }
  return lines;
}

/**
 * What each of the reads measures, in milliseconds: a list of the sides for each of its figures. This process collects its garbage
 * between two reads (`--expose-gc`): within one it took both cores for 4 to 20 ms, by the kernel's trace of its scheduler.
 */
async function takeTurns(reads: readonly (() => Promise<number[]>)[]): Promise<Percentiles[][]> {
  const times = reads.map((): number[][] => []);
  globalThis.gc?.({ type: 'major' });
  for (let index = 0; index < tries + warmUp; index += 1) {
    for (const [side, read] of reads.entries()) {
      globalThis.gc?.({ type: 'minor' });
      const measured = await read();
      if (index < warmUp) continue;
      for (const [figure, time] of measured.entries()) ((times[side] ??= [])[figure] ??= []).push(time);
    }
  }
  return (times[0] ?? []).map((_, figure) => times.map((side) => percentiles(side[figure] ?? [])));
}

async function timed(read: () => Promise<unknown>): Promise<number[]> {
  const started = performance.now();
  await read();
  return [performance.now() - started];
}

const agent = new Agent({ keepAlive: true });

/**
 * Until its whole answer was read, and as long as the service says that it took. What is read is dropped: with `fetch` and texts this
 * process collected garbage for 10 ms every half second, on both cores, and the service waited for that.
 */
async function request(service: Service, flatCase: FlatCase): Promise<number[]> {
  const answered = service.answers.length;
  const started = performance.now();
  const status = await ask(service.url, flatCase);
  const time = performance.now() - started;
  if (status !== 200) throw new Error(`${flatCase.path}: ${status}`);
  while (service.answers.length === answered) await sleep(1);
  return [time, service.answers.at(-1) ?? Number.NaN];
}

/** Answers the status once all was read. */
function ask(url: string, { token, path, body }: FlatCase): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = httpRequest(
      url + path,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
      },
      (answer) => {
        answer.on('error', reject).on('end', () => resolve(answer.statusCode ?? 0));
        answer.resume();
      },
    );
    asking.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function line(name: string, way: string, [less, more]: readonly Percentiles[] = []): string {
  if (less === undefined) return '';
  const start = `${name.padEnd(40)} ${way.padEnd(6)} ${milliseconds(less)}`;
  if (more === undefined) return start;
  return `${start.padEnd(78)} big ${milliseconds(more)}, ×${figure(more.p50 / less.p50)}`;
}
