import type { ModerationConversation, ModerationConversationDetail } from '@parley/protocol';
import { sql, type Kysely } from 'kysely';
import { excerptAround } from '../domain/excerpt.ts';
import { headColumns, headJoins } from './conversations.ts';
import { planOnce } from './plan-once.ts';
import { presentHead, type ConversationRow } from './present.ts';
import type { Found } from './moderation-search.ts';
import { foldCharacters, type Term } from './search.ts';
import type { Tables } from './tables.ts';

type Head = ReturnType<typeof presentHead> & { lastActivityAt: string };
type Hit = NonNullable<ModerationConversation['hit']>;

/** Conversations as a moderator's list shows them, in the order of `found`. */
export async function loadListed(
  db: Kysely<Tables>,
  found: readonly Found[],
  terms: readonly Term[],
): Promise<ModerationConversation[]> {
  if (found.length === 0) return [];
  const ids = found.map((one) => one.id);
  const [heads, reports, hits] = await Promise.all([
    loadHeads(db, ids),
    countReports(db, ids),
    excerptHits(db, found, terms),
  ]);
  return found.flatMap(({ id }): ModerationConversation[] => {
    const head = heads.get(id);
    const count = reports.get(id) ?? 0;
    if (head === undefined) return [];
    return [{ ...head, flags: count > 0 ? ['report'] : [], reports: count, hit: hits.get(id) ?? null }];
  });
}

async function loadHeads(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, Head>> {
  const { rows } = await sql<ConversationRow>`${planOnce}select ${headColumns}
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

async function excerptHits(
  db: Kysely<Tables>,
  found: readonly Found[],
  terms: readonly Term[],
): Promise<Map<string, Hit>> {
  const texts = found.flatMap(({ id, hit }) => (hit === null ? [] : [{ id, ...hit }]));
  const beyondAscii = new Set(texts.flatMap(({ body }) => body.match(/\P{ASCII}/gu) ?? []));
  const folds = await foldCharacters(db, [...beyondAscii]);
  const fold = (character: string): string => folds.get(character) ?? character.toLowerCase();
  const sought = terms.map((term) => term.folded);
  return new Map(texts.map(({ id, seq, body }) => [id, { seq, ...excerptAround(body, sought, fold) }]));
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
