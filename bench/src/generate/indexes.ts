import type pg from 'pg';

/** The big ones. People, listings and orders keep theirs: what conversations are found by is gathered with them. */
const tables = ['conversations', 'conversation_search', 'messages', 'participants', 'message_texts'];

interface Definition {
  readonly drop: string;
  readonly create: string;
  readonly kind: string;
}

/**
 * Drops every index and constraint of the tables that are filled, with those that point to them: a row is then appended and nothing else.
 * @returns the statements that make them anew, in an order that works
 */
export async function dropIndexes(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<Definition>(definitions, [tables]);
  const keysLast = [...rows].sort((a, b) => rank(b.kind) - rank(a.kind));
  for (const { drop } of keysLast) await client.query(drop);
  return [...keysLast].reverse().map(({ create }) => create);
}

/** Keys are made first: foreign ones need them. */
function rank(kind: string): number {
  return ['p', 'u', 'index', 'f'].indexOf(kind);
}

const definitions = `
  select c.contype::text as kind,
    format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as drop,
    format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as create
  from pg_constraint c
  where c.contype in ('p', 'u', 'f') and (c.conrelid = any($1::regclass[]) or c.confrelid = any($1::regclass[]))
  union all
  select 'index', format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
  from pg_index i
  where i.indrelid = any($1::regclass[]) and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u'))`;
