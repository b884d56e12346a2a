import pg from 'pg';

/** Acts with a connection of its own, which ends with it, however it ends. */
export async function withClient<T>(
  connectionString: string,
  act: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString, application_name: 'parley-bench' });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}
