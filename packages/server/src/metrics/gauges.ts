import { Gauge, type Registry } from 'prom-client';
import type { Pool } from 'pg';
import { readQueue } from './queue-depth.ts';

/** What a scrape looks at. */
export interface Sources {
  readonly pools: Readonly<Record<string, Pool>>;
  readonly journal: { waiting(): number };
  readonly gateway: { size(): number; buffered(): number };
}

/** Adds what is not counted but looked up, at the moment of a scrape. */
export function addGauges(registry: Registry, { pools, journal, gateway }: Sources): void {
  const registers = [registry];
  const add = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  add('parley_journal_waiting', 'Entries that wait for the commits in flight', () => journal.waiting());
  add('parley_sockets', 'Sockets that are authenticated', () => gateway.size());
  add('parley_socket_buffered_bytes', 'Bytes that wait for readers, of all sockets', () =>
    gateway.buffered(),
  );
  addPools(registry, pools);
  addQueue(registry, pools);
}

function addPools(registry: Registry, pools: Sources['pools']): void {
  const connections = new Gauge({
    name: 'parley_database_connections',
    help: 'Connections to PostgreSQL',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect: () => {
      for (const [pool, { totalCount, idleCount }] of Object.entries(pools)) {
        connections.set({ pool, state: 'busy' }, totalCount - idleCount);
        connections.set({ pool, state: 'idle' }, idleCount);
      }
    },
  });
  const waiting = new Gauge({
    name: 'parley_database_waiting',
    help: 'Queries that wait for a connection',
    labelNames: ['pool'],
    registers: [registry],
    collect: () => {
      for (const [pool, { waitingCount }] of Object.entries(pools)) waiting.set({ pool }, waitingCount);
    },
  });
}

/** Absent while the database does not answer: a number that is not known is not 0. */
function addQueue(registry: Registry, pools: Sources['pools']): void {
  const pool = Object.values(pools)[0];
  if (pool === undefined) return;
  const read = readQueue(pool);
  const jobs = new Gauge({
    name: 'parley_queue_jobs',
    help: 'Jobs of all nodes: waiting (due or to be tried again), running, failed (for good). Every node says the same',
    labelNames: ['state'],
    registers: [registry],
    collect: async () => {
      jobs.reset();
      const depth = await read();
      if (depth === null) return;
      for (const [state, count] of Object.entries(depth)) jobs.set({ state }, count);
    },
  });
}
