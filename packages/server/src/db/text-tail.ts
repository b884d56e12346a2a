import { sql, type RawBuilder } from 'kysely';
import { holdsAll, isUnread, type Term } from './search.ts';

/** What of `messages m` the search over texts reads: what people wrote, as it is now. */
export const isSearchable = sql<boolean>`m.kind = 'text' and m.redacted_at is null and m.body <> ''`;

/** Messages `m` of this alias whose text holds every term now, whatever an index says. */
export function textHolds(terms: readonly Term[]): RawBuilder<boolean> {
  return sql<boolean>`${isSearchable} and ${holdsAll(sql`parley_fold(m.body)`, terms)}`;
}

/** Matching texts that the index has not read yet: written, or edited, since its watermark. */
export function matchingTail(terms: readonly Term[], watermark: Date | null): RawBuilder<unknown> {
  return sql`select m.conversation_id, m.seq, m.body from messages m
      where ${isUnread('m', watermark)} and ${textHolds(terms)}
    union select m.conversation_id, m.seq, m.body from messages e join messages m
        on m.conversation_id = e.conversation_id and m.seq = (e.data->>'target')::int
      where ${isUnread('e', watermark)} and e.kind = 'edit' and ${textHolds(terms)}`;
}
