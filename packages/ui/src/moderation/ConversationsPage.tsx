import { useCallback, useEffect, useMemo } from 'react';
import { AddressLink } from '../address/AddressLink.tsx';
import { useAddress } from '../address/address.ts';
import { useClient } from '../hooks/parley-provider.tsx';
import { useLoaded } from '../loading/use-loaded.ts';
import { ConversationsTable } from './ConversationsTable.tsx';
import { FilterBar, type FilterField } from './FilterBar.tsx';
import {
  conversationFilterKeys,
  conversationQuery,
  flagLabels,
  parseCursor,
  parseFilters,
  type ConversationFilterKey,
} from './filters.ts';
import { useKnownConversations } from './known-conversations.ts';
import { Pager } from './Pager.tsx';
import { PanelNote, PanelProblem } from './PanelNote.tsx';
import { SearchField } from './SearchField.tsx';
import type { SectionProps } from './sections.ts';
import { TableSkeleton } from './TableSkeleton.tsx';
import { useModerationWords, type ModerationWords } from './use-moderation-words.ts';
import { usePage, type PageAddress } from './use-page.ts';

const statuses = ['open', 'locked', 'closed'] as const;

/** Every conversation of the marketplace, found by names, listings and words of its messages. */
export function ConversationsPage({ base }: SectionProps) {
  const words = useModerationWords();
  const page = usePage(conversationFilterKeys);
  const { filters, setFilters } = page;
  const list = useConversationList();
  const filtered = Object.keys(filters).length > 0;
  const items = list.data?.items ?? [];
  return (
    <section className="parley-mod-page" aria-labelledby="parley-mod-title" aria-busy={list.loading}>
      <header className="parley-mod-head">
        <h1 id="parley-mod-title">{words.say('mod.nav.conversations')}</h1>
        <StatusTabs page={page} />
      </header>
      <FilterBar
        label={words.say('mod.filter-conversations')}
        fields={fieldsOf(words)}
        filters={filters}
        onChange={setFilters}
        onClear={() => setFilters({})}
      >
        <SearchField
          label={words.say('mod.search')}
          value={filters.q ?? ''}
          onSearch={(q) => setFilters({ ...filters, q })}
        />
      </FilterBar>
      <p className="parley-mod-meta parley-mod-hint">{words.say('mod.search-note')}</p>
      <div className="parley-mod-fill">
        {list.problem && <PanelProblem problem={list.problem} onRetry={list.reload} />}
        {!list.data && list.loading && <TableSkeleton />}
        {!list.problem && items.length > 0 && (
          <ConversationsTable
            base={base}
            items={items}
            searching={filters.q !== undefined}
            stale={list.loading}
          />
        )}
        {!list.problem && !list.loading && items.length === 0 && (
          <NothingHere filtered={filtered || page.cursor !== null} href={page.hrefOf({})} />
        )}
      </div>
      <Pager page={page} next={list.data?.nextCursor ?? null} />
    </section>
  );
}

/** The page that the address names; what it shows of each conversation is remembered for the reading gate. */
function useConversationList() {
  const client = useClient();
  const known = useKnownConversations();
  const { search } = useAddress();
  const query = useMemo(
    () => conversationQuery(parseFilters(search, conversationFilterKeys), parseCursor(search)),
    [search],
  );
  const list = useLoaded(
    useCallback(() => client.call('listModerationConversations', { query }), [client, query]),
  );
  useEffect(() => {
    for (const item of list.data?.items ?? []) known.set(item.id, item);
  }, [list.data, known]);
  return list;
}

function fieldsOf(words: ModerationWords): FilterField<ConversationFilterKey>[] {
  const day = (value: string) => {
    const at = new Date(`${value}T12:00:00`);
    return Number.isNaN(at.getTime()) ? value : words.date(at, new Date());
  };
  return [
    { key: 'flag', label: words.say('mod.filter.flag'), kind: 'choice', choices: flagLabels },
    { key: 'userId', label: words.say('mod.filter.userId'), kind: 'id' },
    { key: 'storeId', label: words.say('mod.filter.storeId'), kind: 'id' },
    { key: 'listingId', label: words.say('mod.filter.listingId'), kind: 'id' },
    { key: 'from', label: words.say('mod.filter.from'), kind: 'date', say: day },
    { key: 'to', label: words.say('mod.filter.to'), kind: 'date', say: day },
  ];
}

function StatusTabs({ page }: { page: PageAddress<ConversationFilterKey> }) {
  const words = useModerationWords();
  const { filters, hrefOf } = page;
  return (
    <nav className="parley-mod-tabs" aria-label={words.say('mod.table.status')}>
      {[undefined, ...statuses].map((status) => (
        <AddressLink
          key={status ?? 'any'}
          href={hrefOf({ ...filters, status: status ?? '' })}
          aria-current={filters.status === status ? 'true' : undefined}
        >
          {words.say(`mod.status.${status ?? 'any'}`)}
        </AddressLink>
      ))}
    </nav>
  );
}

function NothingHere({ filtered, href }: { filtered: boolean; href: string }) {
  const words = useModerationWords();
  if (!filtered)
    return (
      <PanelNote
        icon="chats"
        title={words.say('mod.empty.conversations')}
        hint={words.say('mod.empty.conversations-hint')}
      />
    );
  return (
    <PanelNote
      icon="search"
      title={words.say('mod.empty.filtered')}
      hint={words.say('mod.empty.filtered-hint')}
    >
      <AddressLink className="parley-mod-button" href={href}>
        {words.say('mod.empty.clear')}
      </AddressLink>
    </PanelNote>
  );
}
