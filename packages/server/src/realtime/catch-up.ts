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

/** Milliseconds between two looks. */
const interval = 1_500;
/** Milliseconds in which the bus may bring by itself what a look has found. */
const grace = 200;
/** Seconds that the database's clock may be set back. */
const margin = 1;
/** Seconds: no transaction of a node's own lives for ten minutes, and a stranger's must not make every look longer. */
const patience = 600;
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
      if (since !== null) await findMessages(options, since);
      since = safe;
      sequencer.caughtUp();
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

async function findMessages({ db, sequencer }: CatchUpOptions, since: Date): Promise<void> {
  const { rows } = await sql<{ id: string; seq: number }>`
    select id, last_seq as seq from conversations where last_at > ${since}
    union all
    select conversation_id, max(seq) from messages where kind in ('edit', 'redaction') and created_at > ${since}
    group by conversation_id`.execute(db);
  const isUnheard = ({ id, seq }: { id: string; seq: number }): boolean => !sequencer.knows(id, seq);
  const unheard = rows.filter(isUnheard);
  if (unheard.length === 0) return;
  await sleep(grace);
  for (const { id, seq } of unheard.filter(isUnheard)) sequencer.advance(id, seq, true);
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
