import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { backoff, createStormClient, type StormClient } from './storm-client.ts';
import { isCrowdData, type Order } from './storm-crowd.ts';

if (!isCrowdData(workerData)) throw new Error('this is the thread of a crowd, and starts with one');
const { url, returners } = workerData;
const clients = returners.map((returner) => createStormClient(url, returner));

parentPort?.on('message', (order: Order) => {
  void carryOut(order).then((answer) => parentPort?.postMessage(answer));
});

async function carryOut(order: Order): Promise<unknown> {
  switch (order) {
    case 'cut':
      for (const client of clients) client.cut();
      return null;
    case 'know':
      return clients.map(({ positions, faults }) => ({ positions, ...faults }));
    case 'slowly':
      return comeSlowly();
    case 'spread':
      return Promise.all(clients.map((client) => connect(client, Math.random() * 5_000)));
    case 'at-once':
      return Promise.all(clients.map((client) => connect(client, backoff(0))));
  }
}

async function comeSlowly(): Promise<number[]> {
  const times: number[] = [];
  for (let start = 0; start < clients.length; start += 50) {
    const some = clients.slice(start, start + 50);
    times.push(...(await Promise.all(some.map((client) => connect(client, 0)))));
  }
  return times;
}

async function connect(client: StormClient, wait: number): Promise<number> {
  await sleep(wait);
  const started = performance.now();
  await client.connect();
  return performance.now() - started;
}
