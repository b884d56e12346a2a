import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that nobody listens on, for what has to know its port before it listens. Another program may take it in between.
 *
 * @throws the system's error when `host` cannot be listened on
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port is free');
  return address.port;
}
