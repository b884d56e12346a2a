import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { expect, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { actions } from '../../src/actions/index.ts';
import type { BusEvent } from '../../src/bus/bus.ts';
import { createNode, type TestNode } from './node.ts';
import { openAbout, person, putBowl, putShop } from './shop.ts';

/** A shop on two nodes, and what the first of them tells. */
export interface Catalogue {
  readonly database: TestDatabase;
  readonly node: TestNode;
  readonly other: TestNode;
  readonly heard: BusEvent[];
  rows(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Who was told that a conversation changed. */
  changed(conversationId: string): string[];
  /** A conversation of its own about a listing of its own; `heard` starts anew. */
  freshConversation(buyer?: string): Promise<{ id: string; listing: string }>;
  /** What somebody's search finds. */
  inboxIds(userId: string, q: string): Promise<string[]>;
  /** Keeps a conversation that is made from now on waiting before its commit, when all is read and written. */
  holdOpening(): Promise<HeldOpening>;
  close(): Promise<void>;
}

export interface HeldOpening {
  /** Resolves when one waits. */
  waiting(): Promise<void>;
  release(): Promise<void>;
}

export async function startCatalogue(): Promise<Catalogue> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'parley-catalogue-'));
  const node = await createNode(database.url, { PARLEY_DATA: folder });
  const other = await createNode(database.url, { PARLEY_DATA: folder });
  const heard: BusEvent[] = [];
  node.context.bus.subscribe((event) => heard.push(event));
  await putShop(node);
  return {
    database,
    node,
    other,
    heard,
    rows: async (sql, values = []) => (await node.pool.query<Record<string, unknown>>(sql, values)).rows,
    changed: (conversationId) =>
      heard.flatMap((event) =>
        event.type === 'conversation.changed' && event.conversationId === conversationId
          ? event.recipients
          : [],
      ),
    async freshConversation(buyer = 'john') {
      const listing = `l-${randomUUID()}`;
      await putBowl(node, listing, 'Bowl');
      const id = await openAbout(node, buyer, listing, 'Is it there?');
      heard.length = 0;
      return { id, listing };
    },
    async inboxIds(userId, q) {
      const page = await actions.listInbox(node.context, person(userId), { query: { q } });
      return page.items.map((item) => item.id);
    },
    holdOpening: () => holdOpening(node.pool),
    async close() {
      await node.close();
      await other.close();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

const waitingLock = `select 1 from pg_locks l join pg_database d on d.oid = l.database
  where d.datname = current_database() and locktype = 'advisory' and objid = 7007 and not granted`;

async function holdOpening(pool: pg.Pool): Promise<HeldOpening> {
  await pool.query(`create function wait_to_commit() returns trigger language plpgsql as
    'begin perform pg_advisory_xact_lock(7007); return null; end'`);
  await pool.query(`create constraint trigger wait_to_commit after insert on conversation_search
    deferrable initially deferred for each row execute function wait_to_commit()`);
  const holder = await pool.connect();
  await holder.query('select pg_advisory_lock(7007)');
  return {
    waiting: () => vi.waitFor(async () => expect((await pool.query(waitingLock)).rowCount).toBe(1), 5_000),
    async release() {
      await holder.query('select pg_advisory_unlock(7007)');
      holder.release();
      await pool.query('drop function wait_to_commit cascade');
    },
  };
}
