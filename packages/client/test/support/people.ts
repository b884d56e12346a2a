import { afterEach, expect, vi } from 'vitest';
import { tokenFor } from '../../../server/test/support/running-service.ts';
import { createClient, type ClientOptions, type ParleyClient, type Store } from '../../src/index.ts';
import { fast } from './clock.ts';
import { createStorage } from './storage.ts';

const open: ParleyClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

/** A client of one person; closed after the test. Its clock runs fifty times as fast. */
export function clientOf(userId: string, url: string, options: Partial<ClientOptions> = {}): ParleyClient {
  const getToken = () => tokenFor(userId);
  const client = createClient({ url, getToken, storage: createStorage(), ...fast(50), ...options });
  open.push(client);
  return client;
}

/** Waits until a store shows what is wanted, and answers it. */
export async function shown<T>(store: Store<T>, isWanted: (snapshot: T) => boolean): Promise<T> {
  await vi.waitFor(() => void expect(store.getSnapshot()).toSatisfy(isWanted), {
    timeout: 8_000,
    interval: 5,
  });
  return store.getSnapshot();
}

export const online = (client: ParleyClient) => shown(client.connection, ({ status }) => status === 'online');

/** Looks at a store from now on, as a screen does; answers every snapshot that it has shown. */
export function watch<T>(store: Store<T>): T[] {
  const seen: T[] = [];
  store.subscribe(() => seen.push(store.getSnapshot()));
  seen.push(store.getSnapshot());
  return seen;
}
