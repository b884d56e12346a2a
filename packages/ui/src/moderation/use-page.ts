import { navigate, useAddress } from '../address/address.ts';
import { parseCursor, parseFilters, writeFilters, type Filters } from './filters.ts';

export interface PageAddress<K extends string> {
  readonly filters: Filters<K>;
  /** Null for the first page. */
  readonly cursor: string | null;
  /** Where newer entries are; null on the first page. `newest` says that the way here is not known, so that it is the first. */
  readonly newer: { readonly href: string; readonly state: unknown; readonly newest: boolean } | null;
  /** Goes to the first page of other filters. */
  readonly setFilters: (filters: Filters<K>) => void;
  /** The address of the page at `nextCursor`, and the way to it. */
  readonly older: (nextCursor: string) => { href: string; state: unknown };
  /** The address of these filters' first page. */
  readonly hrefOf: (filters: Filters<K>) => string;
}

/** The cursors of the pages that were passed on the way here, the first page's null left out. */
function trailOf(state: unknown): readonly string[] | null {
  if (typeof state !== 'object' || state === null || !('trail' in state)) return null;
  const { trail } = state;
  return Array.isArray(trail) && trail.every((each) => typeof each === 'string') ? trail : null;
}

/** A table's filters and page, read from the address bar and written there. */
export function usePage<K extends string>(keys: readonly K[]): PageAddress<K> {
  const { path, search, state } = useAddress();
  const filters = parseFilters(search, keys);
  const cursor = parseCursor(search);
  const trail = trailOf(state);
  const at = (page: string | null) => `${path}${writeFilters(filters, keys, page)}`;
  const hrefOf = (next: Filters<K>) => `${path}${writeFilters(next, keys)}`;
  const previous = trail?.at(-1) ?? null;
  return {
    filters,
    cursor,
    newer:
      cursor === null
        ? null
        : { href: at(previous), state: { trail: trail?.slice(0, -1) ?? [] }, newest: trail === null },
    setFilters: (next) => navigate(hrefOf(next)),
    older: (nextCursor) => ({
      href: at(nextCursor),
      state: { trail: [...(trail ?? []), ...(cursor === null ? [] : [cursor])] },
    }),
    hrefOf,
  };
}
