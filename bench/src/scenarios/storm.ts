import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { BenchOptions } from '../options.ts';
import type { Service } from '../service.ts';
import { connect, type LoadSocket } from '../socket.ts';
import { figure, milliseconds, percentiles, type Percentiles } from '../statistics.ts';
import { withClient } from '../with-client.ts';
import { startCrowd, type Knowledge, type Return } from './storm-crowd.ts';
import { fillStorm, type Sender } from './storm-people.ts';

const count = 2_000;
const rate = 200;
/** Milliseconds without connections, in which the others' messages are missed. */
const away = 2_000;
const text = 'x'.repeat(100);

/**
 * 2,000 connections are cut while 50 people keep sending 200 messages/s, half of them to those who are away. They come back over 5 s, and
 * then, cut again, as Parley's client does where nobody spreads it: all within half a second.
 */
export async function storm(service: Service, options: BenchOptions): Promise<string[]> {
  const { returners, senders } = await fillStorm(service, count);
  const crowd = startCrowd({ url: service.url, returners });
  await crowd.comeBack('slowly');
  const load = await startSending(service, senders);
  const statements = await openCounter(service.connectionString);
  await sleep(2_000);
  load.take();
  const quiet = await statements.during(() => sleep(options.seconds * 1000));
  const lines = [
    `reconnect storm, ${count} connections cut while 50 people send ${rate} messages/s`,
    `  before: send to received ${milliseconds(load.take())}`,
  ];
  for (const how of ['spread', 'at-once'] as const) {
    await crowd.cut();
    await sleep(away);
    load.take();
    let times: readonly number[] = [];
    const busy = await statements.during(async () => (times = await crowd.comeBack(how)));
    lines.push(...report(how, busy, { synced: percentiles(times), others: load.take() }));
    const { calls, milliseconds: spent } = perClient(busy, quiet);
    lines.push(`    ${figure(calls)} queries each, ${figure(spent)} ms of PostgreSQL, by its own count`);
    await sleep(3_000);
  }
  lines.push(...(await load.stop()), await compare(service.connectionString, await crowd.know()));
  await statements.close();
  await crowd.close();
  return lines;
}

function report(
  how: Return,
  { seconds }: Counted,
  { synced, others }: Record<'synced' | 'others', Percentiles>,
): string[] {
  return [
    `  back ${how === 'spread' ? 'over 5 s' : "as Parley's client"}: all in sync after ${figure(seconds)} s, each in ${milliseconds(synced)}, max ${figure(synced.max)} ms`,
    `    others meanwhile: send to received ${milliseconds(others)}, max ${figure(others.max)} ms`,
  ];
}

interface Load {
  /** Milliseconds from send to received of what was received since the last call. */
  take(): Percentiles;
  stop(): Promise<string[]>;
}

/** Open loop: every sender in turn, once to who stays and once to who is cut. */
async function startSending(service: Service, senders: readonly Sender[]): Promise<Load> {
  const sentAt = new Map<string, number>();
  let received: number[] = [];
  let [sent, acknowledged, errors, running] = [0, 0, 0, true];
  const onError = (): void => void (errors += 1);
  const nothing = (): void => undefined;
  const sockets: LoadSocket[] = [];
  for (const { token, friendToken } of senders) {
    const onMessage = (clientId: string): void => {
      const at = sentAt.get(clientId);
      if (at !== undefined) received.push(performance.now() - at);
    };
    sockets.push(
      await connect(service.url, token, { onSent: () => (acknowledged += 1), onMessage: nothing, onError }),
      await connect(service.url, friendToken, { onSent: nothing, onMessage, onError }),
    );
  }
  const started = performance.now();
  const sending = (async () => {
    for (; running; sent += 1) {
      const wait = started + (sent * 1000) / rate - performance.now();
      if (wait > 0) await sleep(wait);
      const place = Math.floor(sent / 2) % senders.length;
      const { friendConversation, conversations = [] } = senders[place] ?? {};
      const other = conversations[Math.floor(Math.random() * conversations.length)];
      const clientId = randomUUID();
      if (sent % 2 === 0) sentAt.set(clientId, performance.now());
      sockets[place * 2]?.send((sent % 2 === 0 ? friendConversation : other) ?? '', clientId, text);
    }
  })();
  return {
    take() {
      const times = received;
      received = [];
      return percentiles(times);
    },
    async stop() {
      running = false;
      await sending;
      await sleep(2_000);
      for (const socket of sockets) socket.close();
      return [`  ${sent} sent by the others in all, ${acknowledged} acknowledged, ${errors} errors`];
    },
  };
}

/** What PostgreSQL did for a statement, by its own count. */
interface Work {
  readonly calls: number;
  /** Of executing; planning aside. */
  readonly milliseconds: number;
}
interface Counted {
  readonly work: ReadonlyMap<string, Work>;
  readonly seconds: number;
}

/** Asks PostgreSQL what it did while something was going on; the service was started with `countStatements`. */
async function openCounter(connectionString: string) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const read = async (): Promise<Map<string, Work>> => {
    const { rows } = await client.query<{ query: string; calls: string; milliseconds: number }>(
      `select query, sum(calls) as calls, sum(total_exec_time) as milliseconds from pg_stat_statements
       where toplevel group by query`,
    );
    return new Map(
      rows.map(({ query, calls, milliseconds }) => [query, { calls: Number(calls), milliseconds }]),
    );
  };
  return {
    async during(act: () => Promise<unknown>): Promise<Counted> {
      const [before, started] = [await read(), performance.now()];
      await act();
      const seconds = (performance.now() - started) / 1000;
      const work = await read();
      for (const [query, { calls, milliseconds }] of before) {
        const after = work.get(query);
        if (after === undefined) continue;
        work.set(query, { calls: after.calls - calls, milliseconds: after.milliseconds - milliseconds });
      }
      return { work, seconds };
    },
    close: () => client.end(),
  };
}

/** Calls a second from which on a statement is the senders': how many they share a transaction with varies with the load. */
const often = 10;

/** Beyond what the service asks by itself, and without the senders' statements: none that a client's return asks is among them. */
function perClient(busy: Counted, quiet: Counted): Work {
  let [calls, milliseconds] = [0, 0];
  for (const [query, work] of busy.work) {
    const usual = quiet.work.get(query) ?? { calls: 0, milliseconds: 0 };
    if (usual.calls / quiet.seconds >= often) continue;
    const share = busy.seconds / quiet.seconds;
    calls += Math.max(0, work.calls - usual.calls * share);
    milliseconds += Math.max(0, work.milliseconds - usual.milliseconds * share);
  }
  return { calls: calls / count, milliseconds: milliseconds / count };
}

/** Whether each client knows its conversations as the database does. */
async function compare(connectionString: string, crowd: readonly Knowledge[]): Promise<string> {
  const { rows } = await withClient(connectionString, (client) =>
    client.query<{ id: string; last_seq: number }>('select id, last_seq from conversations'),
  );
  const last = new Map(rows.map((row) => [row.id, row.last_seq]));
  let [missing, gaps, failed] = [0, 0, 0];
  for (const one of crowd) {
    for (const [id, known] of one.positions) missing += (last.get(id) ?? 0) - known;
    gaps += one.gaps;
    failed += one.failed;
  }
  return `  compared with the database: ${missing} messages missing, ${gaps} out of place; ${failed} tries to connect failed`;
}
