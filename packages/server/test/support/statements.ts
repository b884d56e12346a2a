import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands between a service and PostgreSQL, and reads what the one asks the other. */
export interface StatementCounter {
  /** For `startTestService`: leads the service through here. */
  reach(databaseUrl: string): Promise<string>;
  /** The text of every statement that was executed since the last call, in order; not the job queue's, which asks whenever it likes. */
  take(): string[];
  close(): Promise<void>;
}

export function createStatementCounter(): StatementCounter {
  let executed: string[] = [];
  const sockets = new Set<Socket>();
  let target = { host: '', port: 0, path: '' };
  const server = createServer((near) => {
    const far = target.path === '' ? connect(target.port, target.host) : connect(target.path);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => sockets.delete(one));
      one.pipe(other);
    }
    near.on(
      'data',
      readStatements((text) => {
        if (!/graphile_worker|queue_workers/.test(text)) executed.push(text);
      }),
    );
  });
  return {
    async reach(databaseUrl) {
      const url = new URL(databaseUrl);
      const folder = url.searchParams.get('host');
      const port = url.port === '' ? 5432 : Number(url.port);
      target = { host: url.hostname, port, path: folder === null ? '' : `${folder}/.s.PGSQL.${port}` };
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port is free');
      return `postgres://${url.username}:${url.password}@127.0.0.1:${address.port}${url.pathname}`;
    },
    take() {
      const texts = executed;
      executed = [];
      return texts;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Reads one connection's side of the protocol (PostgreSQL's documentation, 54.7): simple queries, and binds of what was parsed before. */
function readStatements(onStatement: (text: string) => void): (bytes: Buffer) => void {
  const prepared = new Map<string, string>();
  let rest = Buffer.alloc(0);
  let started = false;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      // The first message has no type before its length.
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return;
      const type = started ? rest.toString('latin1', 0, 1) : '';
      const [first = '', second = ''] = rest.toString('utf8', head + 4, length).split('\0', 2);
      if (type === 'Q') onStatement(first);
      if (type === 'P') prepared.set(first, second);
      if (type === 'B') onStatement(prepared.get(second) ?? '');
      rest = rest.subarray(length);
      started = true;
    }
  };
}
