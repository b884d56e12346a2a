import type { ProblemError } from '@parley/protocol';
import type { Aside } from './aside.ts';
import { waited, writeBatch, type BatchContext, type Waiting } from './batch.ts';

/** Writes the entries of the conversations that belong to it: one commit after the other. */
export interface Lane {
  /** Entries that wait for the commit in flight. */
  size(): number;
  /** Milliseconds that the oldest of them has been waiting. */
  waitedFor(): number;
  add(waiting: Waiting): void;
  /** Whether something waits or is being written. */
  busy(): boolean;
  /** Resolves when all is written or set aside. */
  idle(): Promise<void>;
}

/** Milliseconds that an entry may have waited when the database turns out to be away, to be tried again all the same. */
const patience = 1_000;

/** What is added while a commit is in flight goes into the next, of `batchSize` entries at most; what is held goes `aside`. */
export function createLane(context: BatchContext, batchSize: number, aside: Aside): Lane {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  // Those of a batch hear of it when the next one is on its way to the database, which thus has something to do meanwhile.
  async function run(): Promise<void> {
    let tell = (): void => undefined;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchSize);
      waiting = waiting.slice(batchSize);
      const writing = writeBatch(context, batch, 'wait');
      tell();
      const written = await writing;
      tell = written.tell;
      if (written.held.length > 0) setAside(written.held);
      if (written.outage !== null) refuseLate(written.outage);
    }
    context.connection.release();
    running = null;
    tell();
  }

  /** What came meanwhile for the same conversations follows, so that it keeps its place. */
  function setAside(held: readonly Waiting[]): void {
    const ids = new Set(held.map(({ entry }) => entry.conversationId));
    const follows = ({ entry }: Waiting): boolean => ids.has(entry.conversationId);
    for (const one of [...held, ...waiting.filter(follows)]) aside.add(one);
    waiting = waiting.filter((one) => !follows(one));
    context.log.warn(
      { conversationIds: [...ids] },
      'another transaction holds conversations; sends into them wait aside',
    );
  }

  /** Each try to reach a database that is away takes seconds: who has waited through one is not kept for another. */
  function refuseLate(outage: ProblemError): void {
    const tooLong = performance.now() - patience;
    const late = waiting.filter((one) => one.since < tooLong);
    waiting = waiting.filter((one) => one.since >= tooLong);
    for (const one of late) one.reject(outage);
  }

  return {
    size: () => waiting.length,
    waitedFor: () => waited(waiting),
    add(entry) {
      waiting.push(entry);
      running ??= run();
    },
    busy: () => running !== null,
    idle: () => running ?? Promise.resolve(),
  };
}
