import { sql, type Kysely } from 'kysely';
import type { NamedMessage } from '../db/messages.ts';
import type { Tables } from '../db/tables.ts';
import type { BusEvent } from './bus.ts';
import type { Hint } from './hints.ts';

/** Another node's hints as events again, with what the database says now. Two queries at most, however many hints. */
export async function resolveHints(db: Kysely<Tables>, hints: readonly Hint[]): Promise<BusEvent[]> {
  const conversationIds = [
    ...new Set(
      hints.flatMap((hint) => (hint[0] === 'm' || hint[0] === 'r' || hint[0] === 't' ? [hint[1]] : [])),
    ),
  ];
  const seats = await loadSeatHolders(db, conversationIds);
  const messages = await loadNamed(db, hints);
  return hints.flatMap((hint): BusEvent[] => {
    switch (hint[0]) {
      case 'm': {
        const message = messages.get(`${hint[1]} ${hint[2]}`);
        return message === undefined
          ? []
          : [
              {
                type: 'message.sent',
                recipients: seats.get(hint[1]) ?? [],
                message,
                authorName: message.author_name,
              },
            ];
      }
      case 'r':
        return [
          {
            type: 'conversation.read',
            recipients: seats.get(hint[1]) ?? [],
            conversationId: hint[1],
            userId: hint[2],
            seq: hint[3],
          },
        ];
      case 't': {
        const others = (seats.get(hint[1]) ?? []).filter((userId) => userId !== hint[2]);
        return [{ type: 'conversation.typed', recipients: others, conversationId: hint[1], userId: hint[2] }];
      }
      case 'c':
        return [{ type: 'conversation.changed', recipients: hint[2], conversationId: hint[1] }];
      case 'b':
        return [{ type: 'user.barred', recipients: hint[1] }];
    }
  });
}

async function loadSeatHolders(
  db: Kysely<Tables>,
  conversationIds: readonly string[],
): Promise<Map<string, string[]>> {
  const holders = new Map<string, string[]>(conversationIds.map((id) => [id, []]));
  if (conversationIds.length === 0) return holders;
  const rows = await db
    .selectFrom('participants')
    .select(['conversation_id', 'user_id'])
    .where('conversation_id', 'in', conversationIds)
    .execute();
  for (const row of rows) holders.get(row.conversation_id)?.push(row.user_id);
  return holders;
}

async function loadNamed(db: Kysely<Tables>, hints: readonly Hint[]): Promise<Map<string, NamedMessage>> {
  const wanted = hints.flatMap((hint) => (hint[0] === 'm' ? [{ id: hint[1], seq: hint[2] }] : []));
  if (wanted.length === 0) return new Map();
  const rows = await sql<NamedMessage>`
    select m.*, coalesce(u.name, '') as author_name
    from unnest(${wanted.map((w) => w.id)}::uuid[], ${wanted.map((w) => w.seq)}::int[]) as w(conversation_id, seq)
      join messages m using (conversation_id, seq) left join users u on u.id = m.author`.execute(db);
  return new Map(rows.rows.map((row) => [`${row.conversation_id} ${row.seq}`, row]));
}
