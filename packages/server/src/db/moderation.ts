import type { ModerationConversation, ModerationConversationDetail } from '@parley/protocol';
import { sql, type Kysely } from 'kysely';
import { excerptAround } from '../domain/excerpt.ts';
import { headColumns, headJoins } from './conversations.ts';
import { presentHead, type ConversationRow } from './present.ts';
import { foldCharacters, holdsAll, namesHold, readWatermark, type Term } from './search.ts';
import type { Tables } from './tables.ts';
import { tailTexts, textHolds } from './text-tail.ts';

type Head = ReturnType<typeof presentHead> & { lastActivityAt: string };
type Hit = NonNullable<ModerationConversation['hit']>;

/**
 * Conversations as a moderator's list shows them, in the order of `ids`; where something was sought, without those that hold it neither in
 * their names nor, by now, in a text.
 */
export async function loadListed(
  db: Kysely<Tables>,
  ids: readonly string[],
  terms: readonly Term[],
): Promise<ModerationConversation[]> {
  if (ids.length === 0) return [];
  const [heads, reports, hits, named] = await Promise.all([
    loadHeads(db, ids),
    countReports(db, ids),
    loadHits(db, ids, terms),
    findNamed(db, ids, terms),
  ]);
  return ids.flatMap((id): ModerationConversation[] => {
    const head = heads.get(id);
    const count = reports.get(id) ?? 0;
    const hit = hits.get(id) ?? null;
    if (head === undefined || (hit === null && !named.has(id))) return [];
    return [{ ...head, flags: count > 0 ? ['report'] : [], reports: count, hit }];
  });
}

/** Those of the conversations whose names, title or orders hold every term: all of them, where there is none. */
async function findNamed(
  db: Kysely<Tables>,
  ids: readonly string[],
  terms: readonly Term[],
): Promise<Set<string>> {
  if (terms.length === 0) return new Set(ids);
  const { rows } = await sql<{ id: string }>`select k.conversation_id as id from conversation_search k
    where k.conversation_id = any(${ids}::uuid[]) and ${namesHold(terms)}`.execute(db);
  return new Set(rows.map((row) => row.id));
}

async function loadHeads(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, Head>> {
  const { rows } = await sql<ConversationRow>`select ${headColumns}
    from conversations c ${headJoins} where c.id = any(${ids}::uuid[])`.execute(db);
  return new Map(
    rows.map((row) => [row.id, { ...presentHead(row), lastActivityAt: row.last_at.toISOString() }]),
  );
}

async function countReports(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{
    id: string;
    count: number;
  }>`select conversation_id as id, count(*)::int as count
    from reports where conversation_id = any(${ids}::uuid[]) group by conversation_id`.execute(db);
  return new Map(rows.map((row) => [row.id, row.count]));
}

interface HitRow {
  id: string;
  seq: number;
  body: string;
}

/** Each conversation's newest message that holds every term now. The index only says where to look. */
async function loadHits(
  db: Kysely<Tables>,
  ids: readonly string[],
  terms: readonly Term[],
): Promise<Map<string, Hit>> {
  if (terms.length === 0) return new Map();
  const watermark = await readWatermark(db);
  const holds = textHolds(terms);
  const { rows } = await sql<HitRow>`with tail as materialized (${tailTexts(ids, terms, watermark)})
    select c.id, h.seq, h.body
    from unnest(${ids}::uuid[]) as c(id) cross join lateral (select x.seq, x.body from (
      (select m.seq, m.body from message_texts t join messages m using (conversation_id, seq)
        where t.conversation_id = c.id and ${holdsAll(sql`t.folded`, terms)} and ${holds} order by t.seq desc limit 1)
      union all select t.seq, t.body from tail t where t.conversation_id = c.id) x
      order by x.seq desc limit 1) h`.execute(db);
  return excerptHits(db, rows, terms);
}

async function excerptHits(
  db: Kysely<Tables>,
  rows: readonly HitRow[],
  terms: readonly Term[],
): Promise<Map<string, Hit>> {
  const beyondAscii = new Set(rows.flatMap((row) => row.body.match(/\P{ASCII}/gu) ?? []));
  const folds = await foldCharacters(db, [...beyondAscii]);
  const fold = (character: string): string => folds.get(character) ?? character.toLowerCase();
  const sought = terms.map((term) => term.folded);
  return new Map(rows.map((row) => [row.id, { seq: row.seq, ...excerptAround(row.body, sought, fold) }]));
}

/** One conversation with who sits in it and what was reported, or null. */
export async function loadDetail(
  db: Kysely<Tables>,
  id: string,
): Promise<ModerationConversationDetail | null> {
  const head = (await loadHeads(db, [id])).get(id.toLowerCase());
  if (head === undefined) return null;
  const [participants, reports] = await Promise.all([loadParticipants(db, id), loadReports(db, id)]);
  return { ...head, participants, reports };
}

async function loadParticipants(
  db: Kysely<Tables>,
  id: string,
): Promise<ModerationConversationDetail['participants']> {
  return db
    .selectFrom('participants as p')
    .innerJoin('users as u', 'u.id', 'p.user_id')
    .select(['p.user_id as userId', 'u.name', 'p.side', 'p.read_seq as readSeq'])
    .where('p.conversation_id', '=', id)
    .orderBy('p.side')
    .orderBy('p.user_id')
    .execute();
}

async function loadReports(db: Kysely<Tables>, id: string): Promise<ModerationConversationDetail['reports']> {
  const rows = await db
    .selectFrom('reports')
    .selectAll()
    .where('conversation_id', '=', id)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.created_at.toISOString(),
    reporter: row.reporter,
    seq: row.seq,
    reason: row.reason,
    text: row.text,
  }));
}

/** Whether there is such a conversation. */
export async function conversationExists(db: Kysely<Tables>, id: string): Promise<boolean> {
  const row = await db.selectFrom('conversations').select('id').where('id', '=', id).executeTakeFirst();
  return row !== undefined;
}
