import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Tables } from './tables.ts';

/** A word that is sought: anywhere in a text, case and accents aside. */
export interface Term {
  /** As `parley_fold` gives it. */
  readonly folded: string;
  /** For `like` over folded text; `%`, `_` and `\` are plain in it. */
  readonly pattern: string;
  /** A trigram index can find it. */
  readonly indexed: boolean;
  /** The pairs of letters in it, as `parley_signature` gives them: the decimal digits of 64 bits, signed. */
  readonly signature: string;
}

/**
 * The words of what somebody seeks; all of them must be there. Folded before they are escaped, since folding makes plain `%` of
 * the full-width one. A word of three letters or more has four trigrams; those that the database's locale knows no letters of have none.
 */
export async function readTerms(db: Kysely<Tables>, q: string): Promise<Term[]> {
  const words = q
    .replaceAll('\0', '')
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const { rows } = await sql<Omit<Term, 'pattern'>>`
    select f.folded, cardinality(show_trgm(f.folded)) > 3 as indexed, parley_signature(f.folded)::text as signature
    from unnest(${words}::text[]) with ordinality as w(word, place), lateral (select parley_fold(w.word) as folded) f
    order by w.place`.execute(db);
  return rows
    .filter((row) => row.folded !== '')
    .map((row) => ({ ...row, pattern: `%${row.folded.replace(/[\\%_]/g, '\\$&')}%` }));
}

/** That a folded column holds every term. */
export function holdsAll(column: RawBuilder<unknown>, terms: readonly Term[]): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(
    terms.map((term) => sql`${column} like ${term.pattern}`),
    sql` and `,
  )})`;
}

/** That a signature has every bit of the terms' own: true of all texts that hold them, and of some others. */
export function mayHold(signature: RawBuilder<unknown>, terms: readonly Term[]): RawBuilder<boolean> {
  const sought = BigInt.asIntN(
    64,
    terms.reduce((bits, term) => bits | BigInt(term.signature), 0n),
  ).toString();
  return sql<boolean>`${signature} & ${sought}::bigint = ${sought}::bigint`;
}

/** That each term is in a name of either side, the title or an order's number: a condition on `conversation_search k`. */
export function namesHold(
  terms: readonly Term[],
  holds = (column: RawBuilder<unknown>, term: Term): RawBuilder<boolean> => holdsAll(column, [term]),
): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(
    terms.map((term) => sql`(${holds(sql`k.buyer_search`, term)} or ${holds(sql`k.store_search`, term)})`),
    sql` and `,
  )})`;
}

/**
 * What `parley_fold` gives, written out for whoever folds many texts: PostgreSQL inlines no function that calls what may change
 * (`unaccent`, by its dictionary), and the call takes a microsecond for each text.
 */
export function fold(text: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`lower(unaccent('unaccent'::regdictionary, ${text}))`;
}

/** What each of these characters becomes by folding. */
export async function foldCharacters(
  db: Kysely<Tables>,
  characters: readonly string[],
): Promise<Map<string, string>> {
  if (characters.length === 0) return new Map();
  const { rows } = await sql<{ character: string; folded: string }>`
    select c as character, parley_fold(c) as folded from unnest(${characters}::text[]) as c`.execute(db);
  return new Map(rows.map((row) => [row.character, row.folded]));
}

/** Up to when the index of texts has read the log; null when it has read nothing. */
export async function readWatermark(db: Kysely<Tables>): Promise<Date | null> {
  const { rows } = await sql<{ upto: Date | null }>`select case when upto > '-infinity' then upto end as upto
    from search_watermark`.execute(db);
  return rows[0]?.upto ?? null;
}

/** That something of this alias is newer than the index has read. */
export function isUnread(alias: 'm' | 'e', watermark: Date | null): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(`${alias}.created_at`)} >= ${watermark ?? '-infinity'}::timestamptz`;
}
