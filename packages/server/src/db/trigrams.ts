import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Term } from './search.ts';
import type { Tables } from './tables.ts';

/** Statistics that ANALYZE keeps of the trigrams in a column. */
const trigramStatistics = ['conversation_search_trigrams', 'message_texts_trigrams'] as const;
export type TrigramStatistics = (typeof trigramStatistics)[number];

/** The common trigrams of a column; empty where nothing is known yet. */
export type CommonTrigrams = ReadonlySet<string>;

/** Milliseconds that what was read holds: what people write about changes slowly. */
const held = 600_000;
/** More of them in one condition find hardly less, and each costs a look into its list for each match. */
const mostTrigrams = 5;

const known = new WeakMap<
  Kysely<Tables>,
  { at: number; read: Promise<ReadonlyMap<string, CommonTrigrams>> }
>();

/** The trigrams that one text of some 300 or more holds, by PostgreSQL's statistics; read once in ten minutes. */
export async function loadCommonTrigrams(
  db: Kysely<Tables>,
  statistics: TrigramStatistics,
): Promise<CommonTrigrams> {
  let entry = known.get(db);
  if (entry === undefined || Date.now() - entry.at > held) {
    entry = { at: Date.now(), read: readStatistics(db) };
    known.set(db, entry);
    // A read that failed is no knowledge: the next search asks again.
    entry.read.catch(() => known.delete(db));
  }
  return (await entry.read).get(statistics) ?? new Set();
}

async function readStatistics(db: Kysely<Tables>): Promise<Map<string, CommonTrigrams>> {
  const { rows } = await sql<{ name: string; trigrams: string[] }>`
    select statistics_name as name, most_common_elems::text::text[] as trigrams from pg_stats_ext_exprs
    where statistics_schemaname = current_schema() and statistics_name = any(${trigramStatistics})
      and most_common_elems is not null`.execute(db);
  return new Map(rows.map((row) => [row.name, new Set(row.trigrams)]));
}

/**
 * That a folded column holds every term, for a column under a trigram index. Of a word that has rare trigrams the index is asked for these
 * alone, and what it finds is held against the whole word; `|| ''` keeps that from the index. Finding `celadon` among 8 million texts took
 * 5 ms by all of its trigrams, since `cel` is in every parcel, and 0.5 by `lad`, `ado` and `don`.
 */
export function indexHolds(
  column: RawBuilder<unknown>,
  terms: readonly Term[],
  common: CommonTrigrams,
): RawBuilder<boolean> {
  const conditions = terms.flatMap((term) => {
    const rare = rareTrigrams(term.folded, common);
    if (rare.length === 0) return [sql`${column} like ${term.pattern}`];
    return [
      ...rare.map((trigram) => sql`${column} like ${`%${trigram}%`}`),
      sql`${column} || '' like ${term.pattern}`,
    ];
  });
  return sql<boolean>`(${sql.join(conditions, sql` and `)})`;
}

/** Of ASCII letters and digits alone: what `pg_trgm` makes of others depends on the database's locale. */
export function rareTrigrams(folded: string, common: CommonTrigrams): string[] {
  if (common.size === 0) return [];
  const all = Array.from({ length: Math.max(0, folded.length - 2) }, (_, at) => folded.slice(at, at + 3));
  return [...new Set(all)]
    .filter((trigram) => /^[a-z0-9]{3}$/.test(trigram) && !common.has(trigram))
    .slice(0, mostTrigrams);
}
