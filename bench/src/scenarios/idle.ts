import { setTimeout as sleep } from 'node:timers/promises';
import { makePairs } from '../people.ts';
import type { Service } from '../service.ts';
import { connect, type LoadSocket } from '../socket.ts';
import { figure, milliseconds, percentiles } from '../statistics.ts';

const count = 10_000;
const people = 50;
const atOnce = 100;
const silent = { onSent: () => undefined, onMessage: () => undefined, onError: () => undefined };

/** 10,000 connections that do nothing: what each costs in memory, and how long it takes to let them in. */
export async function idle(service: Service): Promise<string[]> {
  const pairs = await makePairs(service, people, 'idle');
  const tokens = pairs.flatMap((pair) => [pair.buyerToken, pair.sellerToken]);
  const sockets: LoadSocket[] = [];
  const open = async (from: number, to: number): Promise<number[]> => {
    const times: number[] = [];
    for (let start = from; start < to; start += atOnce)
      await Promise.all(
        Array.from({ length: Math.min(atOnce, to - start) }, async (_none, index) => {
          const began = performance.now();
          sockets.push(await connect(service.url, tokens[(start + index) % tokens.length] ?? '', silent));
          times.push(performance.now() - began);
        }),
      );
    return times;
  };
  // What a process needs once, whatever the number of sockets, is not theirs.
  await open(0, 500);
  await sleep(2_000);
  const before = await service.residentMemory();
  const started = performance.now();
  const times = await open(500, count + 500);
  const seconds = (performance.now() - started) / 1000;
  await sleep(5_000);
  const after = await service.residentMemory();
  for (const socket of sockets) socket.close();
  return [
    `${count} idle connections: ${figure((after - before) / 1024 / count)} KiB of resident memory each`,
    `  let in and authenticated at ${figure(count / seconds)}/s, ${milliseconds(percentiles(times))}`,
  ];
}
