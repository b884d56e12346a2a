import type { Pool, PoolClient } from 'pg';

/** One of a pool's connections, kept from one transaction to the next. */
export interface KeptConnection {
  /**
   * Runs a transaction: at once where a connection is kept, so that what it sends first has left when this returns. When it throws, it is
   * rolled back.
   */
  run<T>(transaction: (client: PoolClient) => Promise<T>): Promise<T>;
  /** Gives the connection back, between two transactions. */
  release(): void;
}

/** Keeps a connection until it is released, or somebody else waits for one of the pool's. */
export function keepConnection(pool: Pool): KeptConnection {
  let kept: PoolClient | null = null;

  function release(): void {
    kept?.release();
    kept = null;
  }

  return {
    release,
    async run(transaction) {
      const client = kept ?? (await pool.connect());
      kept = client;
      try {
        const result = await transaction(client);
        if (pool.waitingCount > 0) release();
        return result;
      } catch (error) {
        kept = null;
        await abandon(client);
        throw error;
      }
    },
  };
}

/** A connection that cannot even roll back is not given back to the pool. */
async function abandon(client: PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch (error) {
    client.release(error instanceof Error ? error : true);
  }
}
