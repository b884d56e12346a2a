import type { ConversationStatus, SeatSide } from '@parley/protocol';
import type { PoolClient } from 'pg';
import type { BlockFact } from '../domain/access.ts';
import type { ListeningSeat } from '../domain/notify.ts';
import type { MessageRow } from '../db/tables.ts';
import type { Entry } from './journal.ts';

/** A conversation as it is under the batch's lock. */
export interface LockedConversation {
  readonly id: string;
  readonly status: ConversationStatus;
  readonly lastSeq: number;
  readonly buyerId: string;
  readonly storeId: string;
  readonly seats: readonly ListeningSeat[];
}

export interface AuthorFact {
  readonly name: string;
  readonly suspended: boolean;
}

/** A message that was sent under a `clientId`. */
export interface FirstSend {
  readonly message: MessageRow;
  /** Its words as they were sent; null where they are gone. */
  readonly sentText: string | null;
}

/** Whether a batch waits for conversations that another transaction holds, or leaves them out. */
export type Locks = 'wait' | 'skip';

/**
 * All that a batch's decisions need, read under the lock; or remembered, and then the guard in `write.ts` has to see whatever of it may change.
 */
export interface BatchFacts {
  /** Ids of conversations that are not locked, since another transaction holds them or one of their seats: nothing else is said of these. */
  readonly held: ReadonlySet<string>;
  /** The database's clock, one for the batch; milliseconds are all that the wire carries. */
  readonly at: Date;
  readonly conversations: ReadonlyMap<string, LockedConversation>;
  readonly authors: ReadonlyMap<string, AuthorFact>;
  readonly blocks: readonly BlockFact[];
  /** Messages that the batch's `clientId`s or targets name, by `clientKey` and `seqKey`. */
  readonly byClientKey: ReadonlyMap<string, FirstSend>;
  readonly bySeqKey: ReadonlyMap<string, MessageRow>;
}

/** Identifies a send: what is sent twice under it is stored once. */
export function clientKey(conversationId: string, author: string | null, clientId: string): string {
  return `${conversationId}\n${author ?? ''}\n${clientId}`;
}

export function seqKey(conversationId: string, seq: number): string {
  return `${conversationId}\n${seq}`;
}

interface ConversationRow {
  id: string;
  status: ConversationStatus;
  last_seq: number;
  buyer_id: string;
  store_id: string;
}

// The lock comes first and alone: a statement that waited for a lock would read everything else as of before the wait.
// Rows are locked in the order of their ids, so that nodes do not deadlock.
const lockSql = `select id, status, last_seq, buyer_id, store_id
  from conversations where id = any($1::uuid[]) order by id for no key update`;

// Without waiting. The seats are locked too, since writing would wait for them.
const lockFreeSql = `${lockSql} skip locked`;
const lockSeatsSql = `select id,
  (select count(*) from participants where conversation_id = c.id) > (select count(*) from (
    select 1 from participants where conversation_id = c.id for no key update skip locked) free) as seat_held
  from conversations c where id = any($1::uuid[])`;

// Everything else in one answer: the time, so that it never goes back within a conversation, seats, authors, blocks, and messages that the batch's keys or targets name.
const factsSql = `select
  date_trunc('milliseconds', clock_timestamp()) as at,
  (select json_agg(json_build_array(conversation_id, user_id, side, muted)) from participants where conversation_id = any($1::uuid[])) as seats,
  (select json_agg(json_build_array(id, name, suspended or erased_at is not null)) from users where id = any($2::text[])) as authors,
  (select json_agg(json_build_array(user_id, target_id)) from blocks where target_id = any($2::text[])
    or target_id in (select store_id from conversations where id = any($1::uuid[]))) as blocks,
  (select json_agg(m) from (
    select m.*, case when m.redacted_at is not null then null when m.edited_at is null then m.body else (
        select e.data->>'previous' from messages e where e.conversation_id = m.conversation_id and e.seq > m.seq
          and e.kind = 'edit' and (e.data->>'target')::int = m.seq order by e.seq limit 1) end as sent_text
      from unnest($3::uuid[], $4::text[], $5::text[]) as k(conversation_id, author, client_id)
        join messages m using (conversation_id, author, client_id)
    union all
    select m.*, null from unnest($6::uuid[], $7::int[]) as k(conversation_id, seq) join messages m using (conversation_id, seq)) m) as known`;

interface FactsRow {
  at: Date;
  seats: [string, string, SeatSide, boolean][] | null;
  authors: [string, string, boolean][] | null;
  blocks: [string, string][] | null;
  known: (MessageJson & { sent_text: string | null })[] | null;
}

/** A message as `json_agg` gives it: times are texts. */
type MessageJson = Omit<MessageRow, 'created_at' | 'edited_at' | 'redacted_at'> & {
  created_at: string;
  edited_at: string | null;
  redacted_at: string | null;
};

/**
 * Locks the conversations of a batch and reads what its decisions need. All statements are given to the client at once: on a
 * connection that pipelines they cost one round trip.
 */
export async function lockAndRead(
  client: PoolClient,
  entries: readonly Entry[],
  locks: Locks,
): Promise<BatchFacts> {
  const ids = [...new Set(entries.map((entry) => entry.conversationId))];
  const locking = locks === 'wait' ? lockAll(client, ids) : lockFree(client, ids);
  const reading = client.query<FactsRow>({
    name: 'journal-facts',
    text: factsSql,
    values: factsValues(ids, entries),
  });
  // Where locking fails, reading fails too, with no more than that the transaction is aborted.
  reading.catch(() => undefined);
  const { rows, held } = await locking;
  const facts = await reading;
  const row = facts.rows[0];
  const known = (row?.known ?? []).map(({ sent_text: sentText, ...message }) => ({
    message: readMessage(message),
    sentText,
  }));
  return {
    held,
    at: row?.at ?? new Date(),
    conversations: collectConversations(rows, row?.seats ?? []),
    authors: new Map((row?.authors ?? []).map(([id, name, suspended]) => [id, { name, suspended }])),
    blocks: (row?.blocks ?? []).map(([userId, targetId]) => ({ userId, targetId })),
    byClientKey: new Map(
      known.flatMap((first) => {
        const { conversation_id: id, author, client_id: clientId } = first.message;
        return clientId === null ? [] : [[clientKey(id, author, clientId), first]];
      }),
    ),
    bySeqKey: new Map(known.map(({ message }) => [seqKey(message.conversation_id, message.seq), message])),
  };
}

interface Locked {
  readonly rows: readonly ConversationRow[];
  readonly held: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

async function lockAll(client: PoolClient, ids: readonly string[]): Promise<Locked> {
  return { rows: await lockConversations(client, ids), held: none };
}

/** Locks conversations for a transaction that writes to them; answers those that there are. */
export async function lockConversations(
  client: PoolClient,
  ids: readonly string[],
): Promise<readonly ConversationRow[]> {
  const { rows } = await client.query<ConversationRow>({
    name: 'journal-lock',
    text: lockSql,
    values: [ids],
  });
  return rows;
}

async function lockFree(client: PoolClient, ids: readonly string[]): Promise<Locked> {
  const [locked, seats] = await Promise.all([
    client.query<ConversationRow>(lockFreeSql, [ids]),
    client.query<{ id: string; seat_held: boolean }>(lockSeatsSql, [ids]),
  ]);
  const free = new Set(locked.rows.map(({ id }) => id));
  const held = seats.rows.filter(({ id, seat_held }) => seat_held || !free.has(id)).map(({ id }) => id);
  return { rows: locked.rows, held: new Set(held) };
}

function factsValues(ids: readonly string[], entries: readonly Entry[]): unknown[] {
  const keyed = entries.filter((entry) => entry.clientId !== null && entry.author !== null);
  const changing = entries.filter((entry) => entry.data?.target !== undefined);
  return [
    ids,
    [...new Set(entries.flatMap((entry) => entry.author ?? []))],
    keyed.map((entry) => entry.conversationId),
    keyed.map((entry) => entry.author),
    keyed.map((entry) => entry.clientId),
    changing.map((entry) => entry.conversationId),
    changing.map((entry) => entry.data?.target),
  ];
}

function readMessage(json: MessageJson): MessageRow {
  const time = (text: string | null): Date | null => (text === null ? null : new Date(text));
  return {
    ...json,
    created_at: new Date(json.created_at),
    edited_at: time(json.edited_at),
    redacted_at: time(json.redacted_at),
  };
}

function collectConversations(
  rows: readonly ConversationRow[],
  seats: NonNullable<FactsRow['seats']>,
): Map<string, LockedConversation> {
  const byConversation = new Map<string, ListeningSeat[]>(rows.map((row) => [row.id, []]));
  for (const [conversationId, userId, side, muted] of seats)
    byConversation.get(conversationId)?.push({ userId, side, muted });
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        status: row.status,
        lastSeq: row.last_seq,
        buyerId: row.buyer_id,
        storeId: row.store_id,
        seats: byConversation.get(row.id) ?? [],
      },
    ]),
  );
}
