import type pg from 'pg';

/** Each counts rows that contradict the log; all must be 0. */
const contradictions: Readonly<Record<string, string>> = {
  'conversations whose last_seq is not the number of their messages': `
    select count(*)::int as count from conversations c left join (
      select conversation_id, count(*) as messages, max(seq) as newest from messages group by 1) m on m.conversation_id = c.id
    where c.last_seq is distinct from m.messages or c.last_seq is distinct from m.newest`,
  'heads that are not the newest message': `
    select count(*)::int as count from conversations c left join messages m on m.conversation_id = c.id and m.seq = c.head_seq
    where (c.head_seq, c.head_kind, c.head_text, c.head_side, c.head_author, c.head_at, c.last_at)
      is distinct from (c.last_seq, m.kind, m.body, m.side, m.author, m.created_at, m.created_at)`,
  'seats whose unread count is not what came after their read position': `
    select count(*)::int as count from participants p join (
      select p.user_id, p.conversation_id, count(m.seq) as unread from participants p
        left join messages m on m.conversation_id = p.conversation_id and m.seq > p.read_seq
          and m.kind in ('text', 'notice') and m.author is distinct from p.user_id
      group by 1, 2) x using (user_id, conversation_id)
    where p.unread <> x.unread`,
  'seats that owe an answer and do not say so, or the reverse': `
    select count(*)::int as count from participants p join (
      select distinct on (conversation_id) conversation_id, side from messages where kind = 'text' order by conversation_id, seq desc) m
      using (conversation_id) where p.needs_reply is distinct from (p.side <> m.side)`,
  'seats whose time is not the conversation’s': `
    select count(*)::int as count from participants p join conversations c on c.id = p.conversation_id where p.last_at <> c.last_at`,
  'conversations without a seat for the buyer and each member': `
    select count(*)::int as count from conversations c where (select count(*) from participants p where p.conversation_id = c.id)
      <> 1 + (select count(*) from store_members s where s.store_id = c.store_id)`,
  'texts that the search index lacks': `
    select (select count(*) from messages where kind = 'text')::int - (select count(*) from message_texts)::int as count`,
};

/**
 * Compares heads, seats and search with the log that they came from.
 * @throws when something contradicts it
 */
export async function checkData(client: pg.ClientBase, say: (line: string) => void): Promise<void> {
  for (const [what, query] of Object.entries(contradictions)) {
    const { rows } = await client.query<{ count: number }>(query);
    const count = rows[0]?.count ?? Number.NaN;
    if (count !== 0) throw new Error(`the generated data contradicts itself: ${count} ${what}`);
    say(`  0 ${what}`);
  }
}
