import type { FlagLabel, Query } from '@parley/protocol';

/** What a table shows, as the address bar says it: plain texts, none of them empty. */
export type Filters<K extends string> = Readonly<Partial<Record<K, string>>>;

export const conversationFilterKeys = [
  'q',
  'status',
  'flag',
  'userId',
  'storeId',
  'listingId',
  'from',
  'to',
] as const;
export type ConversationFilterKey = (typeof conversationFilterKeys)[number];

export const auditFilterKeys = ['actor', 'action', 'conversationId'] as const;
export type AuditFilterKey = (typeof auditFilterKeys)[number];

/** Labels that a flag may have. */
export const flagLabels = [
  'report',
  'email',
  'phone',
  'url',
  'handle',
  'payment',
  'prohibited',
  'spam',
  'scam',
] as const satisfies readonly FlagLabel[];

const longest = 200;

/** Reads filters from an address's search; what it does not know is left out. */
export function parseFilters<K extends string>(search: string, keys: readonly K[]): Filters<K> {
  const params = new URLSearchParams(search);
  const found: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const value = params.get(key)?.trim().slice(0, longest);
    if (value) found[key] = value;
  }
  return found;
}

/** The page that an address's search names; null for the first. */
export const parseCursor = (search: string): string | null => new URLSearchParams(search).get('cursor');

/** Writes filters as an address's search, in one order whatever theirs; empty when there are none. */
export function writeFilters<K extends string>(
  filters: Filters<K>,
  keys: readonly K[],
  cursor: string | null = null,
): string {
  const params = new URLSearchParams();
  for (const key of keys) {
    const value = filters[key]?.trim();
    if (value) params.set(key, value);
  }
  if (cursor !== null) params.set('cursor', cursor);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

const day = /^\d{4}-\d{2}-\d{2}$/;

/** The instant at which a day begins or ends in the reader's time zone; undefined for what is no day. */
function instant(text: string | undefined, edge: 'start' | 'end'): string | undefined {
  if (text === undefined || !day.test(text)) return undefined;
  const at = new Date(`${text}T${edge === 'start' ? '00:00:00.000' : '23:59:59.999'}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

const statuses = ['open', 'locked', 'closed'] as const;

/** The query for a page of conversations. Days become instants; a status or a label that does not exist is left out. */
export function conversationQuery(
  filters: Filters<ConversationFilterKey>,
  cursor: string | null,
): Query<'listModerationConversations'> {
  const status = statuses.find((each) => each === filters.status);
  const from = instant(filters.from, 'start');
  const to = instant(filters.to, 'end');
  const flag = flagLabels.find((each) => each === filters.flag);
  const { q, userId, storeId, listingId } = filters;
  return {
    ...(q !== undefined && { q }),
    ...(flag && { flag }),
    ...(userId !== undefined && { userId }),
    ...(storeId !== undefined && { storeId }),
    ...(listingId !== undefined && { listingId }),
    ...(status && { status }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(cursor !== null && { cursor }),
  };
}

/** The query for a page of the audit log. */
export function auditQuery(filters: Filters<AuditFilterKey>, cursor: string | null): Query<'listAudit'> {
  const { actor, action, conversationId } = filters;
  return {
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(conversationId !== undefined && { conversationId }),
    ...(cursor !== null && { cursor }),
  };
}
