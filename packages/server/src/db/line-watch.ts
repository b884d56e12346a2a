import type pg from 'pg';

/** Milliseconds. Together they bound how long a query waits on a network that has gone silent. */
const times = { look: 500, silence: 1_500, probe: 1_500 };

interface Watched {
  bytesRead: number;
  /** When the connection was given out, or last brought something. */
  heardAt: number;
}

/**
 * A network that stalls without a reset leaves queries waiting for as long as the kernel repeats its packets: a quarter of an hour.
 * Here a connection in use that brings nothing for 1.5 s makes `probe` try the line anew; when that gets no answer either, the silent
 * connections are ended, and their queries fail as those of a broken connection do. A slow query on a sound line is left alone.
 *
 * @param probe asks the database something on a connection of its own, within `timeout` milliseconds; rejects where it cannot
 */
export function watchLine(pool: pg.Pool, probe: (timeout: number) => Promise<void>): void {
  const inUse = new Map<pg.PoolClient, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let probing = false;

  const silent = (): (readonly [pg.PoolClient, Watched])[] => {
    const now = performance.now();
    return [...inUse].filter(([client, watched]) => {
      const bytesRead = bytesReadBy(client);
      if (bytesRead !== watched.bytesRead) Object.assign(watched, { bytesRead, heardAt: now });
      return now - watched.heardAt > times.silence;
    });
  };
  const ask = async (): Promise<void> => {
    probing = true;
    try {
      await probe(times.probe);
      for (const [, watched] of silent()) watched.heardAt = performance.now();
    } catch {
      for (const [client] of silent()) client.connection.stream.destroy();
    } finally {
      probing = false;
    }
  };
  const look = (): void => {
    if (inUse.size === 0) {
      clearInterval(timer);
      timer = undefined;
    } else if (!probing && silent().length > 0) void ask();
  };

  pool.on('acquire', (client) => {
    inUse.set(client, { bytesRead: bytesReadBy(client), heardAt: performance.now() });
    timer ??= setInterval(look, times.look).unref();
  });
  pool.on('release', (_error, client) => inUse.delete(client));
}

function bytesReadBy(client: pg.PoolClient): number {
  const { stream } = client.connection;
  return 'bytesRead' in stream && typeof stream.bytesRead === 'number' ? stream.bytesRead : 0;
}
