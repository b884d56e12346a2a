import { startRelay, targetOf, through, type Disturb, type Relay } from '../../../../test/faults/relay.ts';

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
  let relay: Relay | undefined;
  const listen: Disturb = (deliver) => {
    const read = readStatements((text) => {
      if (!/graphile_worker|queue_workers/.test(text)) executed.push(text);
    });
    return (bytes) => {
      read(bytes);
      deliver(bytes);
    };
  };
  return {
    async reach(databaseUrl) {
      relay = await startRelay(targetOf(databaseUrl), undefined, listen);
      return through(relay, databaseUrl);
    },
    take() {
      const texts = executed;
      executed = [];
      return texts;
    },
    async close() {
      await relay?.close();
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
