import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/** Stands where the network is, and can do what networks do. */
export interface Relay {
  readonly port: number;
  /** Where new connections lead from now on. */
  lead(target: NetConnectOpts): void;
  /** Forwards nothing any more, in silence: no reset, no end. What comes waits. New connections are taken and wait too. */
  stall(): void;
  resume(): void;
  /** Resets every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** Made for each connection: takes what one side says as it comes, and hands over what is to reach the other. */
export type Disturb = (deliver: (bytes: Buffer) => void) => (bytes: Buffer) => void;

const asItIs: Disturb = (deliver) => deliver;

/** Listens on a port of its own and forwards bytes both ways; answers as they are unless `disturb` makes something of them, and `onward` of what is asked. */
export async function startRelay(
  first: NetConnectOpts,
  disturb: Disturb = asItIs,
  onward: Disturb = asItIs,
): Promise<Relay> {
  let target = first;
  let stalled = false;
  const pairs = new Set<readonly [Socket, Socket]>();

  const server = createServer((near) => {
    near.setNoDelay(true);
    const far = connect(target);
    const pair = [near, far] as const;
    pairs.add(pair);
    forward(near, far, onward);
    forward(far, near, disturb);
    if (stalled) hold(pair);
    near.once('close', () => pairs.delete(pair));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');

  return {
    port: address.port,
    lead: (next) => void (target = next),
    stall() {
      stalled = true;
      pairs.forEach(hold);
    },
    resume() {
      stalled = false;
      for (const pair of pairs) pair.forEach((socket) => socket.resume());
    },
    cut() {
      for (const [near, far] of pairs) {
        near.resetAndDestroy();
        // A socket in a folder knows no reset.
        far.destroy();
      }
    },
    async close() {
      for (const pair of pairs) pair.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

/** Where the server of a URL listens; the embedded PostgreSQL does in a folder. */
export function targetOf(url: string): NetConnectOpts {
  const { hostname, port, searchParams } = new URL(url);
  const folder = searchParams.get('host');
  return folder === null
    ? { host: hostname, port: Number(port || 5432) }
    : { path: `${folder}/.s.PGSQL.${port || 5432}` };
}

/** The same URL by way of a relay. */
export function through({ port }: Pick<Relay, 'port'>, url: string): string {
  const address = new URL(url);
  address.host = `127.0.0.1:${port}`;
  address.searchParams.delete('host');
  return address.href;
}

function forward(from: Socket, to: Socket, disturb: Disturb): void {
  const take = disturb((bytes) => {
    if (to.writable && !to.write(bytes)) from.pause();
  });
  from.on('data', take);
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

function hold(pair: readonly [Socket, Socket]): void {
  pair.forEach((socket) => socket.pause());
}
