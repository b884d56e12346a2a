import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './api.ts';
import type { World } from './world.ts';

/** What sends over HTTP were answered for a while. */
export interface Probe {
  /** Each status once, ascending. */
  readonly statuses: readonly number[];
  /** Milliseconds. */
  readonly slowest: number;
}

/** A person who may send into a conversation of its own, apart from those under judgement. */
export interface Prober {
  readonly token: string;
  readonly conversationId: string;
}

/** Makes somebody to probe with, while all is well. */
export async function makeProber(world: World): Promise<Prober> {
  const url = world.nodes[0]?.url ?? '';
  const name = randomUUID();
  await call(url, 'putUser', { params: { id: name }, body: { name: 'Prober' } });
  await call(url, 'putStore', { params: { id: name }, body: { name: 'Probed', members: [] } });
  await call(url, 'putListing', { params: { id: name }, body: { storeId: name, title: 'Probe' } });
  const { token } = await call(url, 'createToken', { body: { userId: name, expiresIn: 86_400 } });
  const body = { listingId: name, text: 'probe', clientId: randomUUID() };
  const { conversation } = await call(url, 'openConversation', { body, as: token });
  return { token, conversationId: conversation.id };
}

/** Sends through every node five times a second for `milliseconds`, and waits for all answers. */
export async function probe(world: World, prober: Prober, milliseconds: number): Promise<Probe> {
  const statuses = new Set<number>();
  let slowest = 0;
  const tries: Promise<void>[] = [];
  const ask = async (url: string): Promise<void> => {
    const started = performance.now();
    const response = await fetch(`${url}/v1/conversations/${prober.conversationId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${prober.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'probe', clientId: randomUUID() }),
      signal: AbortSignal.timeout(60_000),
    });
    await response.arrayBuffer();
    slowest = Math.max(slowest, performance.now() - started);
    statuses.add(response.status);
  };
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    for (const { url } of world.nodes) tries.push(ask(url));
    await sleep(200);
  }
  await Promise.all(tries);
  return { statuses: [...statuses].sort(), slowest };
}
