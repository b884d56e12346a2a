import type { Kysely } from 'kysely';
import {
  loadInboxPage,
  loadUnreadTotals,
  type InboxQuery,
} from '../../../packages/server/src/db/conversations.ts';
import { loadMessages } from '../../../packages/server/src/db/messages.ts';
import { loadMissed } from '../../../packages/server/src/db/missed.ts';
import { loadListed } from '../../../packages/server/src/db/moderation.ts';
import {
  findConversations,
  type ModerationFilter,
} from '../../../packages/server/src/db/moderation-search.ts';
import { createKysely, createPool } from '../../../packages/server/src/db/pool.ts';
import { readTerms } from '../../../packages/server/src/db/search.ts';
import type { Tables } from '../../../packages/server/src/db/tables.ts';
import { sought } from '../generate/words.ts';
import { bigSeller, moderator } from '../generate/world.ts';
import { textAt, tokenFor } from '../people.ts';
import type { Service } from '../service.ts';

/** One read: over HTTP, and as the statements behind it. */
export interface FlatCase {
  readonly name: string;
  readonly token: string;
  readonly path: string;
  /** Makes it a POST. */
  readonly body?: unknown;
  readonly sql: () => Promise<unknown>;
}

/** What the cases speak of in this database. */
interface Facts {
  readonly db: Kysely<Tables>;
  readonly seller: string;
  readonly moderator: string;
  readonly longest: { readonly id: string; readonly lastSeq: number };
  readonly cursor: string;
  readonly after: NonNullable<InboxQuery['after']>;
  readonly positions: Readonly<Record<string, number>>;
  readonly middle: Date;
  /** Who has just enough conversations for a page and the next one. */
  readonly buyer: string;
}

/** The cases, over a service with generated data. `close` gives back their own connections. */
export async function readCases(
  service: Service,
): Promise<{ cases: FlatCase[]; close: () => Promise<void> }> {
  const pool = createPool(service.connectionString, { max: 4 });
  const facts = await readFacts(service, createKysely<Tables>(pool));
  return {
    cases: [...inboxCases(facts), ...threadCases(facts), ...searchCases(facts), ...moderationCases(facts)],
    close: () => pool.end(),
  };
}

async function readFacts(service: Service, db: Kysely<Tables>): Promise<Facts> {
  const [seller, moderatorToken] = [await tokenFor(service, bigSeller), await tokenFor(service, moderator)];
  const longest = await db
    .selectFrom('conversations')
    .select(['id', 'last_seq as lastSeq'])
    .orderBy('last_seq', 'desc')
    .executeTakeFirstOrThrow();
  const recent = await db
    .selectFrom('participants as p')
    .innerJoin('conversations as c', 'c.id', 'p.conversation_id')
    .select(['c.id', 'c.last_seq'])
    .where('p.user_id', '=', bigSeller)
    .orderBy('p.last_at', 'desc')
    .limit(50)
    .execute();
  const span = await db
    .selectFrom('conversations')
    .select((is) => [is.fn.min('last_at').as('first'), is.fn.max('last_at').as('last')])
    .executeTakeFirstOrThrow();
  const buyer = await db
    .selectFrom('conversations')
    .select('buyer_id as id')
    .groupBy('buyer_id')
    .having((is) => is.fn.countAll(), '>', 50)
    .orderBy((is) => is.fn.countAll())
    .orderBy('buyer_id')
    .executeTakeFirstOrThrow();
  const { after, cursor } = await nineteenthPage(service, seller);
  return {
    db,
    seller,
    moderator: moderatorToken,
    longest,
    cursor,
    after,
    positions: Object.fromEntries(recent.map((row) => [row.id, Math.max(0, row.last_seq - 3)])),
    middle: new Date((span.first.getTime() + span.last.getTime()) / 2),
    buyer: buyer.id,
  };
}

async function nineteenthPage(service: Service, token: string): Promise<Pick<Facts, 'after' | 'cursor'>> {
  let cursor = '';
  for (let page = 1; page < 20; page += 1) {
    const answer = await fetch(`${service.url}/v1/inbox?limit=50${cursor && `&cursor=${cursor}`}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    cursor = textAt(await answer.json(), 'nextCursor');
  }
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  return { cursor, after: { at, id } };
}

/** A page of the big seller's inbox with its totals, as one request reads it. */
function inbox(facts: Facts, name: string, path: string, query: Partial<InboxQuery>, q = ''): FlatCase {
  const { db, seller } = facts;
  return {
    name,
    token: seller,
    path: `/v1/inbox${path}`,
    sql: async () => {
      const terms = await readTerms(db, q);
      await loadInboxPage(db, {
        userId: bigSeller,
        filter: 'all',
        terms,
        limit: 50,
        after: null,
        onlyConversation: null,
        ...query,
      });
    },
  };
}

function inboxCases(facts: Facts): FlatCase[] {
  return [
    inbox(facts, 'inbox, first page', '', {}),
    inbox(facts, 'inbox, page 20', `?cursor=${facts.cursor}`, { after: facts.after }),
    inbox(facts, 'inbox, unread', '?filter=unread', { filter: 'unread' }),
    inbox(facts, 'inbox, needs reply', '?filter=needs-reply', { filter: 'needs-reply' }),
    inbox(facts, 'inbox, archived', '?filter=archived', { filter: 'archived' }),
    {
      name: 'unread totals (HTTP: with a page of 1)',
      token: facts.seller,
      path: '/v1/inbox?limit=1',
      sql: () => loadUnreadTotals(facts.db, bigSeller, null),
    },
  ];
}

function threadCases({ db, seller, longest, positions }: Facts): FlatCase[] {
  const path = `/v1/conversations/${longest.id}/messages`;
  const middle = Math.floor(longest.lastSeq / 2);
  const range = { conversationId: longest.id, limit: 50 };
  return [
    { name: 'newest messages', token: seller, path, sql: () => loadMessages(db, range) },
    {
      name: 'older page, from the middle',
      token: seller,
      path: `${path}?before=${middle}`,
      sql: () => loadMessages(db, { ...range, before: middle }),
    },
    {
      name: 'sync with 50 positions',
      token: seller,
      path: '/v1/sync',
      body: { conversations: positions },
      sql: () => loadMissed(db, bigSeller, new Map(Object.entries(positions))),
    },
  ];
}

function searchCases(facts: Facts): FlatCase[] {
  const find = (what: string, q: string): FlatCase =>
    inbox(facts, `inbox search, ${what}`, `?q=${encodeURIComponent(q)}`, {}, q);
  return [
    find('common name', sought.commonName),
    find('rare name', sought.rareName),
    find('common title', sought.commonTitle),
    find('rare title', sought.rareTitle),
    find('name and title', `${sought.commonName} ${sought.commonTitle}`),
    find('absent', sought.absent),
    find('two letters', sought.twoLetters),
    find('two letters, absent', sought.twoLettersAbsent),
  ];
}

function moderationCases(facts: Facts): FlatCase[] {
  const list = (what: string, path: string, filter: ModerationFilter, q = ''): FlatCase => ({
    name: `moderators' list, ${what}`,
    token: facts.moderator,
    path: `/v1/moderation/conversations?limit=50${path}`,
    sql: async () => {
      const terms = await readTerms(facts.db, q);
      const page = await findConversations(facts.db, { filter, terms, limit: 50, after: null });
      await loadListed(facts.db, page.found, terms);
    },
  });
  const search = (what: string, q: string): FlatCase => list(what, `&q=${q}`, {}, q);
  const { buyer, middle: to } = facts;
  const from = new Date(to.getTime() - 30 * 86_400_000);
  return [
    list('first page', '', {}),
    list('of the big seller', `&userId=${bigSeller}`, { userId: bigSeller }),
    list('of a buyer', `&userId=${buyer}`, { userId: buyer }),
    list('of the busiest buyer', '&userId=buyer-0', { userId: 'buyer-0' }),
    list('of a store', '&storeId=store-0', { storeId: 'store-0' }),
    list('closed', '&status=closed', { status: 'closed' }),
    list('closed ones of a store', '&status=closed&storeId=store-0', {
      status: 'closed',
      storeId: 'store-0',
    }),
    list('reported', '&flag=report', { flag: 'report' }),
    list('of a month', `&from=${from.toISOString()}&to=${to.toISOString()}`, { from, to }),
    search('text, common word', sought.commonText),
    search('text, rare word', sought.rareText),
    search('text, absent word', sought.absent),
    search('text, name', sought.rareName),
  ];
}
