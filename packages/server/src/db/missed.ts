import { sql, type Kysely } from 'kysely';
import { limits } from '@parley/protocol';
import { namedColumns, type NamedMessage } from './messages.ts';
import { planOnce } from './plan-once.ts';
import type { Tables } from './tables.ts';

/** What somebody missed in one of their conversations. */
export interface Missed {
  readonly id: string;
  readonly messages: NamedMessage[];
  /** There is more than these. */
  readonly more: boolean;
  /** The client begins anew: these are the newest page, and not what follows its position. */
  readonly reset: boolean;
}

/** Messages in one answer; what is beyond it is said by `more`. */
const answerBudget = 2000;

type Row = Pick<Missed, 'more' | 'reset'> & { readonly position_id: string } & (
    NamedMessage | { readonly conversation_id: null }
  );

/**
 * What was missed after these positions (conversation, `seq`), in one statement, since thousands may ask for it at once when a node is
 * gone. Conversations that this person has no seat in are left out. Who missed more than 1,000 messages of one, or claims to know some
 * that are not there, starts anew from its newest page.
 */
export async function loadMissed(
  db: Kysely<Tables>,
  userId: string,
  positions: ReadonlyMap<string, number>,
): Promise<Missed[]> {
  if (positions.size === 0) return [];
  // With `offset 0` each position looks for its seat; joined, the seats of a big inbox would all be read.
  const { rows } = await sql<Row>`${planOnce}with known as (
      select c.id, k.seq, k.place, c.last_seq, c.last_seq - k.seq not between 0 and ${limits.syncReset}::int as reset
      from unnest(${[...positions.keys()]}::uuid[], ${[...positions.values()]}::int[]) with ordinality as k(id, seq, place)
        join conversations c on c.id = k.id
      where exists (select 1 from participants p where p.user_id = ${userId} and p.conversation_id = k.id offset 0)
    ), wanted as (
      select *, case when reset then least(last_seq, ${limits.pageDefault}::int) else last_seq - seq end as count from known
    ), ranges as (
      select *, case when reset then last_seq - count else seq end as after,
        greatest(0, least(count, ${answerBudget}::int + count - sum(count) over (order by place)))::int as lim from wanted
    )
    select r.id as position_id, r.reset, r.lim < r.count or (r.reset and r.last_seq > r.count) as more,
      ${namedColumns}
    from ranges r
      left join lateral (select * from messages m where m.conversation_id = r.id and m.seq > r.after
        order by m.seq limit r.lim) m on true
      left join users u on u.id = m.author
    order by r.place, m.seq`.execute(db);
  return group(rows);
}

function group(rows: readonly Row[]): Missed[] {
  const missed = new Map<string, Missed>();
  for (const row of rows) {
    const { position_id: id, more, reset } = row;
    const one = missed.get(id) ?? { id, more, reset, messages: [] };
    missed.set(id, one);
    if (row.conversation_id !== null) one.messages.push(row);
  }
  return [...missed.values()];
}
