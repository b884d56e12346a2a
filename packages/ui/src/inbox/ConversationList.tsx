import { useCallback, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import type { InboxFilter } from '@parley/protocol';
import { detailOf } from '../hooks/problem-text.ts';
import { useInbox, useUnread } from '../hooks/stores.ts';
import { Button, ToolButton } from '../primitives/Button.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';
import { ListSkeleton } from './ListSkeleton.tsx';
import { Preferences } from './Preferences.tsx';
import { RowList } from './RowList.tsx';
import { useLastReady, useRested } from './use-search.ts';

export interface ConversationListProps {
  currentId: string | null;
  onOpen: (id: string) => void;
  /** The address of a conversation, so that its row is a link that can be opened in a new tab. */
  hrefOf?: ((id: string) => string) | undefined;
  searchRef?: RefObject<HTMLInputElement | null>;
  /** What to do where there is no conversation yet: a link to the shop, for one. */
  emptyAction?: ReactNode;
}

/** The inbox's first pane: search, filters and the conversations, newest activity first. */
export function ConversationList({
  currentId,
  onOpen,
  hrefOf,
  searchRef,
  emptyAction,
}: ConversationListProps) {
  const words = useWords();
  const [filter, setFilter] = useState<InboxFilter>('all');
  const [text, setText] = useState('');
  const query = useRested(text.trim(), 200);
  const [latest, store] = useInbox({ filter, ...(query !== '' && { q: query }) });
  const snapshot = useLastReady(latest);
  const { items, hasMore, loadingMore } = snapshot;
  const more = useCallback(() => {
    if (hasMore && !loadingMore) void store.loadMore();
  }, [hasMore, loadingMore, store]);
  const showAll = () => {
    setFilter('all');
    setText('');
  };
  const untouched = filter === 'all' && query === '';
  const empty = latest.status === 'ready' && items.length === 0;
  return (
    <nav className="parley-pane parley-list" aria-label={words.say('inbox.label')}>
      <ListBar />
      {!(empty && untouched) && (
        <>
          <Search text={text} onText={setText} {...(searchRef && { searchRef })} />
          <Filters filter={filter} onFilter={setFilter} />
        </>
      )}
      <p className="parley-unseen" role="status">
        {query !== '' && latest.status === 'ready' && words.say('inbox.results', { count: items.length })}
      </p>
      {snapshot.status === 'loading' && <ListSkeleton />}
      {snapshot.status === 'error' && items.length === 0 ? (
        <div className="parley-blank">
          <Icon name="alert" />
          <h3>{words.say('inbox.error')}</h3>
          <p>{snapshot.problem && detailOf(snapshot.problem)}</p>
          <Button big onClick={() => void store.refresh()}>
            {words.say('action.retry')}
          </Button>
        </div>
      ) : empty ? (
        <Nothing filter={filter} query={query} action={emptyAction} onShowAll={showAll} />
      ) : (
        items.length > 0 && (
          <RowList
            key={`${filter} ${query}`}
            items={items}
            currentId={currentId}
            hrefOf={hrefOf}
            onOpen={onOpen}
            onNearEnd={more}
            busy={latest.status === 'loading'}
          />
        )
      )}
    </nav>
  );
}

function ListBar() {
  const words = useWords();
  const [open, setOpen] = useState(false);
  return (
    <div className="parley-bar">
      <h2 className="parley-title">{words.say('inbox.title')}</h2>
      <ToolButton icon="bell" label={words.say('preferences.title')} onClick={() => setOpen(true)} />
      {open && <Preferences onClose={() => setOpen(false)} />}
    </div>
  );
}

interface SearchProps {
  text: string;
  onText: (text: string) => void;
  searchRef?: RefObject<HTMLInputElement | null>;
}

/** From what was sought straight to what was found. */
function focusFirstRow(event: KeyboardEvent): void {
  const { currentTarget } = event;
  if (!(currentTarget instanceof Element)) return;
  event.preventDefault();
  currentTarget.closest('nav')?.querySelector<HTMLElement>('[data-id]')?.focus();
}

function Search({ text, onText, searchRef }: SearchProps) {
  const words = useWords();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') focusFirstRow(event);
    if (event.key !== 'Escape' || text === '') return;
    event.stopPropagation();
    event.preventDefault();
    onText('');
  };
  return (
    <search className="parley-search">
      <Icon name="search" />
      <input
        ref={searchRef}
        type="search"
        dir={text === '' ? undefined : 'auto'}
        maxLength={200}
        value={text}
        aria-label={words.say('inbox.search')}
        placeholder={words.say('inbox.search-hint')}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {text !== '' && (
        <ToolButton icon="x" small label={words.say('inbox.search-clear')} onClick={() => onText('')} />
      )}
    </search>
  );
}

const filters = ['all', 'unread', 'needs-reply', 'archived'] as const satisfies InboxFilter[];

function Filters({ filter, onFilter }: { filter: InboxFilter; onFilter: (filter: InboxFilter) => void }) {
  const words = useWords();
  const unread = useUnread().conversations;
  return (
    <div className="parley-filters" role="group" aria-label={words.say('inbox.show')}>
      {filters.map((each) => (
        <button key={each} type="button" aria-pressed={each === filter} onClick={() => onFilter(each)}>
          {words.say(`inbox.filter.${each}`)}
          {each === 'unread' && unread > 0 && <span> {words.number(unread)}</span>}
        </button>
      ))}
    </div>
  );
}

interface NothingProps {
  filter: InboxFilter;
  query: string;
  action: ReactNode;
  onShowAll: () => void;
}

/** Nothing to list, and why: what would be here, and the way back. */
function Nothing({ filter, query, action, onShowAll }: NothingProps) {
  const words = useWords();
  if (query === '' && filter === 'all')
    return (
      <div className="parley-blank">
        <Icon name="chat" />
        <h3>{words.say('inbox.empty')}</h3>
        <p>{words.say('inbox.empty-hint')}</p>
        {action}
      </div>
    );
  const why = query !== '' || filter === 'all' ? 'search' : filter;
  return (
    <div className="parley-blank">
      <Icon name={why === 'search' ? 'search' : why === 'archived' ? 'archive' : 'check'} />
      <h3 dir="auto">{words.say(`inbox.none.${why}`, { query })}</h3>
      <p>{words.say(`inbox.none.${why}-hint`)}</p>
      <Button onClick={onShowAll}>{words.say('inbox.show-all')}</Button>
    </div>
  );
}
