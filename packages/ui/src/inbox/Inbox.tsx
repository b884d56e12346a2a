import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { ContextPane } from '../context/ContextPane.tsx';
import { useInbox } from '../hooks/stores.ts';
import { classes } from '../primitives/class-names.ts';
import { Icon } from '../primitives/Icon.tsx';
import { Thread } from '../thread/Thread.tsx';
import { useWords } from '../words/use-words.tsx';
import { ConnectionStrip } from './ConnectionStrip.tsx';
import { ConversationList } from './ConversationList.tsx';
import { rowOf } from './RowList.tsx';

export interface InboxProps {
  /** What is open; null for nothing. Whoever renders the inbox keeps it, in the address bar for one. */
  conversationId: string | null;
  /** Asks for another conversation to be opened, or none. */
  onOpen: (conversationId: string | null) => void;
  /** The address of a conversation, so that a row can be opened in a new tab. */
  hrefOf?: (conversationId: string) => string;
  /** What to do where there is no conversation yet: a link to the shop, for one. */
  emptyAction?: ReactNode;
  className?: string;
}

/** The width in CSS pixels below which there is one pane; the stylesheet's container query says the same. */
const narrowBelow = 768;

/** Conversations, the open one, and what it is about: three panes, two or one, by the width that it is given. It fills its parent. */
export function Inbox({ conversationId, onOpen, hrefOf, emptyAction, className }: InboxProps) {
  const root = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const details = useDetails(conversationId);
  const [{ status, items }] = useInbox({ filter: 'all' });
  const empty = status === 'ready' && items.length === 0 && conversationId === null;
  const focus = useFocusMoves(root, conversationId);
  useSearchKey(root, search);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return;
    if (details.isOpen) details.close();
    else if (conversationId !== null) onOpen(null);
  };
  return (
    <div ref={root} className={classes('parley parley-inbox', className)} onKeyDown={onKeyDown}>
      <div
        className="parley-panes"
        data-open={conversationId === null ? undefined : ''}
        data-details={details.isOpen ? '' : undefined}
        data-empty={empty ? '' : undefined}
      >
        <ConnectionStrip />
        <ConversationList
          currentId={conversationId}
          onOpen={onOpen}
          hrefOf={hrefOf}
          searchRef={search}
          emptyAction={emptyAction}
        />
        {conversationId === null ? (
          !empty && <NothingOpen />
        ) : (
          <>
            <Thread
              key={conversationId}
              conversationId={conversationId}
              onBack={() => onOpen(null)}
              onDetails={details.toggle}
              detailsOpen={details.isOpen}
              detailsRef={details.opener}
              focusOnOpen={focus}
            />
            <ContextPane
              key={`about ${conversationId}`}
              conversationId={conversationId}
              onClose={details.close}
              closeRef={details.closer}
            />
          </>
        )}
      </div>
    </div>
  );
}

function NothingOpen() {
  const words = useWords();
  return (
    <div className="parley-pane parley-thread parley-nothing">
      <div className="parley-blank">
        <Icon name="chat" />
        <h2>{words.say('inbox.pick')}</h2>
        <p>{words.say('inbox.pick-hint')}</p>
      </div>
    </div>
  );
}

/** The details, where they lie over the other panes: the focus goes in with them and comes back. */
function useDetails(conversationId: string | null) {
  const [openFor, setOpenFor] = useState<string | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const closer = useRef<HTMLButtonElement>(null);
  const isOpen = openFor !== null && openFor === conversationId;
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (isOpen) closer.current?.focus();
    else if (wasOpen.current) opener.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const close = () => setOpenFor(null);
  return { isOpen, opener, closer, close, toggle: () => (isOpen ? close() : setOpenFor(conversationId)) };
}

/** A conversation that somebody opens takes the focus: to its field, or where the list is gone to its heading; closed, to its row. */
function useFocusMoves(root: RefObject<HTMLElement | null>, conversationId: string | null) {
  const before = useRef(conversationId);
  const moved = useRef<'heading' | 'composer' | null>(null);
  if (before.current !== conversationId) {
    const narrow = (root.current?.clientWidth ?? narrowBelow) < narrowBelow;
    moved.current = narrow ? 'heading' : 'composer';
  }
  useEffect(() => {
    const left = before.current;
    before.current = conversationId;
    if (left !== null && conversationId === null) rowOf(root.current, left)?.focus({ preventScroll: true });
  }, [root, conversationId]);
  return moved.current;
}

/** `/` goes to the search, from everywhere but where one writes. */
function useSearchKey(root: RefObject<HTMLElement | null>, search: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const [from] = event.composedPath();
      if (event.key !== '/' || event.ctrlKey || event.metaKey || !(from instanceof Element)) return;
      if (from.matches('input, textarea, select, [contenteditable]')) return;
      if (from !== document.body && !root.current?.contains(from)) return;
      if (!search.current?.checkVisibility()) return;
      event.preventDefault();
      search.current.focus();
      search.current.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [root, search]);
}
