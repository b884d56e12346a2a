import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from '../options.ts';
import { makePairs } from '../people.ts';
import type { Service } from '../service.ts';
import { connect, type LoadSocket } from '../socket.ts';
import { figure, milliseconds, percentiles } from '../statistics.ts';

const inFlight = 8;
const text = 'x'.repeat(100);

/** 50 pairs, 8 messages in flight each, as fast as they are acknowledged; each is received by the other side too. */
export async function saturation(service: Service, options: BenchOptions): Promise<string[]> {
  const pairs = await makePairs(service, 50, 'sat');
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
  await sleep(options.seconds * 1000);
  const seconds = (performance.now() - started) / 1000;
  const count = times.length - countBefore;
  const cpu = (await service.cpuSeconds()) - cpuBefore;
  running = false;
  await sleep(1_000);
  for (const socket of sockets) socket.close();
  return [
    `saturation, 50 pairs with ${inFlight} in flight: ${figure(count / seconds)} messages/s acknowledged, ${received} of ${times.length} received, ${errors} errors`,
    `  send to acknowledged: ${milliseconds(percentiles(times))}`,
    `  CPU of service and PostgreSQL: ${figure((cpu * 1000) / count)} s per 1,000 messages`,
  ];
}
