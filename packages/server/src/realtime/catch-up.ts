import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type { Logger } from 'pino';
import { readSafeMoment } from '../db/safe-moment.ts';
import type { Tables } from '../db/tables.ts';
import type { Push } from './deliver.ts';
import type { Sequencer } from './sequencer.ts';

export interface CatchUpOptions {
  readonly db: Kysely<Tables>;
  readonly log: Logger;
  readonly sequencer: Sequencer;
  /** Who is connected to this node. */
  readonly people: () => Iterable<string>;
  readonly push: (event: Push) => void;
}

/** Milliseconds between two looks: who is barred by a hand in the database hears nothing a second later. */
const interval = 800;
/** Milliseconds in which the bus may bring by itself what a look has found. */
const grace = 200;
/** Seconds that the database's clock may be set back. */
const margin = 1;
/** Seconds: no transaction of a node's own lives for ten minutes, and a stranger's must not make every look longer. */
const patience = 600;
/** Logs that are read together: where the sequencer has no room, a look reads no more than these beyond what it knows. */
const pageSize = 20_000;
/** People of whom one look asks whether they are barred; with more, each is asked for in turn. */
const peoplePerLook = 5_000;

/**
 * Looks into the database, again and again, for what the bus did not bring: messages, and people who were barred. Cheap when the bus
 * is well: heads that moved since the last look, by an index, and nothing more.
 */
export function startCatchUp(options: CatchUpOptions): { close(): Promise<void> } {
  const { log, sequencer } = options;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failing = false;
  let since: Date | null = null;
  let lastAsked = '';
  let running = look();

  async function look(): Promise<void> {
    try {
      const safe = await readSafeMoment(options.db, { margin, patience });
      const left = since === null ? null : await findMessages(options, since);
      if (left === null) sequencer.caughtUp();
      since = left === null || left > safe ? safe : left;
      const some = nextPeople(options.people(), lastAsked);
      lastAsked = some.at(-1) ?? '';
      await findBarred(options, some);
      failing = false;
    } catch (error) {
      if (!failing && !closed) log.warn({ err: error }, 'the database cannot be looked through for messages');
      failing = true;
    }
    if (!closed)
      timer = setTimeout(() => {
        running = look();
      }, interval);
  }

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}

interface Moved {
  readonly id: string;
  readonly seq: number;
  readonly at: Date;
}

/**
 * Tells the sequencer how far logs reach that moved at this moment or later, the oldest first. Ends where it has no room: answers the moment
 * from which on the next look has to tell it again; null where all was taken.
 */
async function findMessages({ db, sequencer }: CatchUpOptions, since: Date): Promise<Date | null> {
  const isUnheard = ({ id, seq }: Moved): boolean => !sequencer.knows(id, seq);
  for (let from = since; ;) {
    const page = await readMoved(db, from);
    const unheard = page.filter(isUnheard);
    if (unheard.length > 0) await sleep(grace);
    const refused = unheard.find(({ id, seq }) => !sequencer.advance(id, seq, true));
    if (refused !== undefined) return refused.at;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return null;
    // What is dated like the last one is in its page, and the journal dates by whole milliseconds.
    from = new Date(last.at.getTime() + 1);
  }
}

async function readMoved(db: Kysely<Tables>, from: Date): Promise<Moved[]> {
  const { rows } = await sql<Moved>`
    select id, last_seq as seq, last_at as at from conversations where last_at >= ${from}
    union all
    select conversation_id, seq, created_at from messages where kind in ('edit', 'redaction') and created_at >= ${from}
    order by at fetch first ${sql.lit(pageSize)} rows with ties`.execute(db);
  return rows;
}

/** The people after the last one who was asked for, in the order of their ids, and from the start again. */
function nextPeople(people: Iterable<string>, last: string): string[] {
  const all = [...people];
  if (all.length <= peoplePerLook) return all;
  const sorted = all.sort();
  const start = sorted.findIndex((id) => id > last);
  return sorted.slice(Math.max(start, 0), Math.max(start, 0) + peoplePerLook);
}

async function findBarred({ db, push }: CatchUpOptions, people: readonly string[]): Promise<void> {
  if (people.length === 0) return;
  const { rows } = await sql<{ id: string }>`select id from users
    where id = any(${people}::text[]) and (suspended or erased_at is not null)`.execute(db);
  if (rows.length > 0) push({ type: 'user.barred', recipients: rows.map((row) => row.id) });
}
