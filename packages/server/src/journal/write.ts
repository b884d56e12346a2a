import type { PoolClient } from 'pg';
import type { MessageRow } from '../db/tables.ts';
import type { BatchFacts } from './facts.ts';
import type { Plan } from './plan.ts';

// What a plan from memory takes for true, under the lock: one row where it is, or else none, and then nothing is written. Whoever writes
// has a seat there already, is neither suspended nor blocked by one of the others, and is called so. With `$9` all of it was read under
// this lock; without, it is looked at here. A block that concerns somebody else of the conversation may count too: then it is read.
const guardSql = `select coalesce($9::timestamptz, date_trunc('milliseconds', clock_timestamp())) as at
    where $9 is not null or (
      (select count(*) from unnest($10::uuid[], $28::int[]) as k(id, last_seq)
        join conversations c on c.id = k.id and c.last_seq = k.last_seq and c.status = 'open') = cardinality($10::uuid[])
      and (select count(*) = cardinality($19::uuid[]) and count(*) = count(*) filter (where p.side = k.side and p.muted = k.muted)
        from participants p left join unnest($19::uuid[], $20::text[], $29::text[], $30::bool[]) as k(conversation_id, user_id, side, muted)
          on p.conversation_id = k.conversation_id and p.user_id = k.user_id
        where p.conversation_id = any($10::uuid[]))
      and (select count(*) from unnest($31::text[], $32::text[]) as k(id, name) join users u on u.id = k.id and u.name = k.name
        where not u.suspended and u.erased_at is null) = cardinality($31::text[])
      and not exists (select from (select distinct * from unnest($1::uuid[], $4::text[]) as k(conversation_id, author)) k
        join participants p on p.conversation_id = k.conversation_id
        join blocks b on b.user_id = p.user_id and b.target_id = k.author)
      and not exists (select from conversations c join blocks b on b.user_id = c.buyer_id and b.target_id = c.store_id
        where c.id = any($10::uuid[]))
    )`;

/** Instead of what the guard compares with. */
const noGuard = [null, null, null, null, null];

// One statement for everything that a batch of messages changes: rows, heads, seats.
const writeSql = `with guard as materialized (
    ${guardSql}
  ), inserted as (
    insert into messages (conversation_id, seq, kind, author, side, body, data, client_id, created_at)
    select m.conversation_id, m.seq, m.kind, m.author, m.side, m.body, m.data::jsonb, m.client_id, guard.at
    from guard, unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
      as m(conversation_id, seq, kind, author, side, body, data, client_id)
  ), heads as (
    update conversations c set
      last_seq = h.last_seq,
      last_at = case when h.head_seq is null then c.last_at else guard.at end,
      head_seq = coalesce(h.head_seq, c.head_seq),
      head_kind = case when h.head_seq is null then c.head_kind else h.head_kind end,
      head_text = case when h.head_seq is null then c.head_text else h.head_text end,
      head_side = case when h.head_seq is null then c.head_side else h.head_side end,
      head_author = case when h.head_seq is null then c.head_author else h.head_author end,
      head_at = case when h.head_seq is null then c.head_at else guard.at end,
      asked_at = case when h.asked then coalesce(c.asked_at, guard.at) else c.asked_at end,
      answered_at = case when h.answered and c.asked_at is not null then coalesce(c.answered_at, guard.at) else c.answered_at end
    from guard, unnest($10::uuid[], $11::int[], $12::int[], $13::text[], $14::text[], $15::text[], $16::text[], $17::bool[], $18::bool[])
      as h(id, last_seq, head_seq, head_kind, head_text, head_side, head_author, asked, answered)
    where c.id = h.id
  ), seats as (
    update participants p set
      unread = case when s.resets then s.unread else p.unread + s.unread end,
      read_seq = greatest(p.read_seq, coalesce(s.read_seq, 0)),
      needs_reply = coalesce(s.needs_reply, p.needs_reply),
      last_at = case when s.moves then guard.at else p.last_at end,
      archived = p.archived and not s.moves,
      notify_at = case s.notify when 'due' then coalesce(p.notify_at, guard.at + make_interval(secs => $26)) when 'clear' then null else p.notify_at end
    from guard, unnest($19::uuid[], $20::text[], $21::bool[], $22::int[], $23::int[], $24::bool[], $25::text[], $27::bool[])
      as s(conversation_id, user_id, resets, unread, read_seq, needs_reply, notify, moves)
    where p.conversation_id = s.conversation_id and p.user_id = s.user_id
  )
  select at from guard`;

/**
 * Writes what was planned upon facts that were read in this transaction, under the lock. `notifyDelay` in seconds. All statements are given
 * to the client before the first answer, in the order of the log, so that the commit can follow at once.
 */
export async function writePlan(client: PoolClient, plan: Plan, notifyDelay: number): Promise<void> {
  const at = plan.messages[0]?.created_at;
  if (at === undefined) return;
  const values = [...writeValues(plan, at, notifyDelay), ...noGuard];
  await Promise.all([
    client.query({ name: 'journal-write', text: writeSql, values }),
    ...plan.messages.flatMap((message) => {
      if (message.kind === 'edit') return applyEdit(client, message);
      if (message.kind === 'redaction') return applyRedaction(client, message);
      return message.data?.attachments === undefined ? [] : [claimAttachments(client, message)];
    }),
  ]);
}

/**
 * Writes what was planned upon remembered facts, if they are so under the transaction's lock.
 *
 * @returns when the messages were written, by the database's clock; null when they were not, since something is otherwise
 */
export async function writeRecalled(
  client: PoolClient,
  plan: Plan,
  facts: BatchFacts,
  notifyDelay: number,
): Promise<Date | null> {
  const conversations = [...plan.heads.keys()].flatMap((id) => facts.conversations.get(id) ?? []);
  // In the order in which the plan moves them.
  const seats = conversations.flatMap((conversation) => conversation.seats);
  const { rows } = await client.query<{ at: Date }>({
    name: 'journal-write',
    text: writeSql,
    values: [
      ...writeValues(plan, null, notifyDelay),
      conversations.map((conversation) => conversation.lastSeq),
      seats.map((seat) => seat.side),
      seats.map((seat) => seat.muted),
      [...facts.authors.keys()],
      [...facts.authors.values()].map((author) => author.name),
    ],
  });
  return rows[0]?.at ?? null;
}

function writeValues(plan: Plan, at: Date | null, notifyDelay: number): unknown[] {
  const { messages } = plan;
  const heads = [...plan.heads.values()];
  const seats = [...plan.seats.values()];
  return [
    messages.map((m) => m.conversation_id),
    messages.map((m) => m.seq),
    messages.map((m) => m.kind),
    messages.map((m) => m.author),
    messages.map((m) => m.side),
    messages.map((m) => m.body),
    messages.map((m) => (m.data === null ? null : JSON.stringify(m.data))),
    messages.map((m) => m.client_id),
    at,
    heads.map((h) => h.conversationId),
    heads.map((h) => h.lastSeq),
    heads.map((h) => h.head?.seq ?? null),
    heads.map((h) => h.head?.kind ?? null),
    heads.map((h) => h.head?.body ?? null),
    heads.map((h) => h.head?.side ?? null),
    heads.map((h) => h.head?.author ?? null),
    heads.map((h) => h.buyerAsked),
    heads.map((h) => h.storeAnswered),
    seats.map((s) => s.conversationId),
    seats.map((s) => s.userId),
    seats.map((s) => s.resets),
    seats.map((s) => s.unread),
    seats.map((s) => s.readSeq),
    seats.map((s) => s.needsReply),
    seats.map((s) => s.notify),
    notifyDelay,
    seats.map((s) => s.moves),
  ];
}

type Sent = Promise<unknown>;

/** The target gets the new words; what it said before stays with the edit, for moderators. */
function applyEdit(client: PoolClient, edit: MessageRow): Sent[] {
  const key = [edit.conversation_id, edit.data?.target];
  return [
    client.query(
      `update messages e set data = e.data || jsonb_build_object('previous', t.body) from messages t
       where e.conversation_id = $1 and e.seq = $3 and t.conversation_id = $1 and t.seq = $2`,
      [...key, edit.seq],
    ),
    client.query(`update messages set body = $3, edited_at = $4 where conversation_id = $1 and seq = $2`, [
      ...key,
      edit.body,
      edit.created_at,
    ]),
    client.query(`update conversations set head_text = $3 where id = $1 and head_seq = $2`, [
      ...key,
      edit.body,
    ]),
    forgetIndexed(client, edit),
  ];
}

/** The words go from the row itself, from every edit of it, from the head and from the search index. */
function applyRedaction(client: PoolClient, redaction: MessageRow): Sent[] {
  const key = [redaction.conversation_id, redaction.data?.target];
  return [
    client.query(
      `update messages set body = '', data = case when seq = $2 then null else data - 'previous' end,
         redacted_at = case when seq = $2 then $3 else redacted_at end
       where conversation_id = $1 and (seq = $2 or (kind = 'edit' and (data->>'target')::int = $2))`,
      [...key, redaction.created_at],
    ),
    client.query(`update conversations set head_text = '' where id = $1 and head_seq = $2`, key),
    forgetIndexed(client, redaction),
  ];
}

/** The search index's copies are written anew behind the journal's back. */
function forgetIndexed(client: PoolClient, change: MessageRow): Sent {
  return client.query(
    `delete from message_texts t using messages m
     where t.conversation_id = $1 and m.conversation_id = $1 and m.seq = t.seq
       and (t.seq = $2 or (m.kind = 'edit' and (m.data->>'target')::int = $2))`,
    [change.conversation_id, change.data?.target],
  );
}

function claimAttachments(client: PoolClient, message: MessageRow): Sent {
  return client.query(
    `update attachments set conversation_id = $1 where id = any($2::uuid[]) and conversation_id is null`,
    [message.conversation_id, message.data?.attachments?.map((attachment) => attachment.id) ?? []],
  );
}
