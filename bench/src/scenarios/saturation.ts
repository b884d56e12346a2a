import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { meanings, prepareAlone, type Alone } from '../alone.ts';
import type { BenchOptions } from '../options.ts';
import { makePairs, type Pair } from '../people.ts';
import type { Service } from '../service.ts';
import { connect, type LoadSocket } from '../socket.ts';
import { figure, milliseconds, percentiles } from '../statistics.ts';

const inFlight = 8;
const text = 'x'.repeat(100);
/** The machine's speed changes from one half minute to the next: short turns let both sides meet the same of it. */
const turns = 4;
/** How long what it is compared with lasts, in a turn of the load. */
const share = 0.3;
/** Milliseconds after which the index of texts has read what the load before it wrote: PostgreSQL alone is alone. */
const settling = 7_000;
const clients = 16;

/** What one turn of the load has seen. */
interface Turn {
  readonly seconds: number;
  readonly cpu: number;
  /** Messages acknowledged while the clock ran. */
  readonly count: number;
  readonly sent: number;
  readonly received: number;
  readonly errors: number;
  readonly times: readonly number[];
}

/**
 * 50 pairs, 8 messages in flight each, as fast as they are acknowledged; each is received by the other side too. In turns with what
 * PostgreSQL alone does.
 */
export async function saturation(service: Service, options: BenchOptions): Promise<string[]> {
  const pairs = await makePairs(service, 50, 'sat');
  const alone = await prepareAlone(service);
  const seen: Seen[] = [];
  for (let turn = 0; turn < turns; turn += 1)
    seen.push(await takeTurn(service, pairs, alone, options.seconds));
  await alone.close();
  return report(seen);
}

/** A turn of the load, and the messages a second of what it is compared with. */
interface Seen {
  readonly load: Turn;
  readonly pgbench: number;
  readonly bare: number;
  readonly whole: number;
}

async function takeTurn(
  service: Service,
  pairs: readonly Pair[],
  alone: Alone,
  seconds: number,
): Promise<Seen> {
  await sleep(settling);
  const pgbench = await alone.byPgbench(clients, seconds * share);
  const bare = await alone.perSecond('bare', clients, seconds * share);
  const whole = await alone.perSecond('whole', clients, seconds * share);
  return { pgbench, bare, whole, load: await load(service, pairs, seconds) };
}

function report(seen: readonly Seen[]): string[] {
  const sum = (of: (load: Turn) => number): number => seen.reduce((total, { load }) => total + of(load), 0);
  const mean = (what: 'pgbench' | 'bare' | 'whole'): number =>
    seen.reduce((total, turn) => total + turn[what], 0) / seen.length;
  const rate = sum((load) => load.count) / sum((load) => load.seconds);
  const ratio = (what: 'pgbench' | 'bare' | 'whole', meaning: string): string =>
    `  ${figure(rate / mean(what))} times PostgreSQL alone with ${clients} clients, one statement a message (${meaning}): ${figure(mean(what))} messages/s`;
  return [
    `saturation, 50 pairs with ${inFlight} in flight: ${figure(rate)} messages/s acknowledged, ${sum((load) => load.received)} of ${sum((load) => load.sent)} received, ${sum((load) => load.errors)} errors`,
    ratio('pgbench', 'a counter and a row, by pgbench with its defaults'),
    ratio('bare', `${meanings.bare}, prepared`),
    ratio('whole', `${meanings.whole}, prepared`),
    `  send to acknowledged: ${milliseconds(percentiles(seen.flatMap(({ load }) => load.times)))}`,
    `  CPU of service and PostgreSQL: ${((sum((load) => load.cpu) * 1000) / sum((load) => load.count)).toFixed(3)} s per 1,000 messages`,
  ];
}

async function load(service: Service, pairs: readonly Pair[], duration: number): Promise<Turn> {
  const sentAt = new Map<string, number>();
  const times: number[] = [];
  let [received, errors, running] = [0, 0, true];
  const sockets: LoadSocket[] = [];
  for (const pair of pairs) {
    const next = (): void => {
      const clientId = randomUUID();
      sentAt.set(clientId, performance.now());
      buyer.send(pair.conversationId, clientId, text);
    };
    const buyer = await connect(service.url, pair.buyerToken, {
      onSent: (clientId) => {
        times.push(performance.now() - (sentAt.get(clientId) ?? 0));
        sentAt.delete(clientId);
        if (running) next();
      },
      onMessage: () => undefined,
      onError: () => (errors += 1),
    });
    const seller = await connect(service.url, pair.sellerToken, {
      onSent: () => undefined,
      onMessage: () => (received += 1),
      onError: () => (errors += 1),
    });
    sockets.push(buyer, seller);
    for (let index = 0; index < inFlight; index += 1) next();
  }
  const cpuBefore = await service.cpuSeconds();
  const [countBefore, started] = [times.length, performance.now()];
  await sleep(duration * 1000);
  const seconds = (performance.now() - started) / 1000;
  const count = times.length - countBefore;
  const cpu = (await service.cpuSeconds()) - cpuBefore;
  running = false;
  await sleep(1_000);
  for (const socket of sockets) socket.close();
  return { seconds, cpu, count, sent: times.length, received, errors, times };
}
