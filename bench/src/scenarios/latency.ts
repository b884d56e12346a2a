import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../options.ts';
import { makePairs } from '../people.ts';
import type { Service } from '../service.ts';
import { connect } from '../socket.ts';
import { milliseconds, percentiles } from '../statistics.ts';

const rate = 200;
const text = 'x'.repeat(100);

/** Open loop: 200 messages a second over 50 pairs, whatever the answers do; from send to acknowledged, and to received by the other. */
export async function latency(service: Service, options: BenchOptions): Promise<string[]> {
  const pairs = await makePairs(service, 50, 'lat');
  const sentAt = new Map<string, number>();
  const acknowledged: number[] = [];
  const received: number[] = [];
  let errors = 0;
  const note = (into: number[]) => (clientId: string) => {
    const at = sentAt.get(clientId);
    if (at !== undefined) into.push(performance.now() - at);
  };
  const silent = { onSent: () => undefined, onMessage: note(received), onError: () => (errors += 1) };
  const buyers = await Promise.all(
    pairs.map((pair) =>
      connect(service.url, pair.buyerToken, {
        ...silent,
        onSent: note(acknowledged),
        onMessage: () => undefined,
      }),
    ),
  );
  const sellers = await Promise.all(pairs.map((pair) => connect(service.url, pair.sellerToken, silent)));
  const total = rate * options.seconds;
  const started = performance.now();
  for (let index = 0; index < total; index += 1) {
    const due = started + (index * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    const clientId = randomUUID();
    sentAt.set(clientId, performance.now());
    buyers[index % buyers.length]?.send(pairs[index % pairs.length]?.conversationId ?? '', clientId, text);
  }
  await sleep(1_000);
  for (const socket of [...buyers, ...sellers]) socket.close();
  return [
    `200 messages/s, open loop, ${total} sent, ${received.length} received, ${errors} errors`,
    `  send to acknowledged (on disk): ${milliseconds(percentiles(acknowledged))}`,
    `  send to received by the other:  ${milliseconds(percentiles(received))}`,
  ];
}
