import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { Conversation } from '@parley/protocol';
import { useConnection, useLocal } from '../hooks/stores.ts';
import { ConversationRow } from './ConversationRow.tsx';
import { useWindowedRows } from './use-windowed-rows.ts';

const rowHeight = 82;

export interface RowListProps {
  items: readonly Conversation[];
  currentId: string | null;
  hrefOf?: ((id: string) => string) | undefined;
  onOpen: (id: string) => void;
  onNearEnd: () => void;
  busy: boolean;
}

/** The rows that are in sight, out of any number; one stop for Tab, arrows within. */
export function RowList({ items, currentId, hrefOf, onOpen, onNearEnd, busy }: RowListProps) {
  const { userId } = useConnection();
  const local = useLocal();
  const { scroller, start, end, reveal } = useWindowedRows(rowHeight);
  const { activeIndex, onKeyDown, onFocus } = useRoving(items, currentId, scroller, reveal);
  useSteadyScroll(items, scroller);
  useLayoutEffect(() => {
    if (end > items.length - 10) onNearEnd();
  });
  const seen = range(start, Math.min(end, items.length));
  if (activeIndex >= 0 && !seen.includes(activeIndex)) seen.push(activeIndex);
  seen.sort((a, b) => a - b);
  return (
    <div ref={scroller} className="parley-rows" aria-busy={busy}>
      <ul style={{ height: `${items.length * rowHeight}px` }} onKeyDown={onKeyDown} onFocus={onFocus}>
        {seen.map((index) => {
          const conversation = items[index];
          if (!conversation) return null;
          const { id } = conversation;
          const mine = local.get(id);
          return (
            <li
              key={id}
              style={{ top: `${index * rowHeight}px` }}
              aria-setsize={items.length}
              aria-posinset={index + 1}
            >
              <ConversationRow
                conversation={conversation}
                userId={userId}
                current={id === currentId}
                href={hrefOf?.(id)}
                tabIndex={index === Math.max(activeIndex, 0) ? 0 : -1}
                failed={mine?.failed ?? null}
                waiting={mine?.waiting ?? null}
                draft={mine?.draft ?? ''}
                onOpen={onOpen}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

type Scroller = ReturnType<typeof useWindowedRows>['scroller'];

/** Arrow keys, Home and End move the focus along the rows; the row in focus is always rendered, so it keeps it. */
function useRoving(
  items: readonly Conversation[],
  currentId: string | null,
  scroller: Scroller,
  reveal: (index: number) => void,
) {
  const [activeId, setActiveId] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);
  const indexOf = (id: string | null) => (id === null ? -1 : items.findIndex((item) => item.id === id));
  const active = indexOf(activeId);
  const activeIndex = active >= 0 ? active : indexOf(currentId);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    rowOf(scroller.current, wanted.current)?.focus({ preventScroll: true });
    wanted.current = null;
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const at = Math.max(activeIndex, 0);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    const to = Object.entries(steps).find(([key]) => key === event.key)?.[1];
    const target = to === undefined ? undefined : items[to];
    if (to === undefined) return;
    event.preventDefault();
    if (!target) return;
    wanted.current = target.id;
    setActiveId(target.id);
    reveal(to);
  };
  const onFocus = (event: { target: EventTarget }) => {
    if (event.target instanceof HTMLElement) setActiveId(event.target.dataset['id'] ?? null);
  };
  return { activeIndex, onKeyDown, onFocus };
}

/** The row's link, in whatever of the list is rendered. */
export function rowOf(inside: Element | null, id: string): HTMLElement | null {
  return inside?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`) ?? null;
}

/** New activity moves a row to the top. Who has scrolled down keeps seeing what they saw; who is at the top sees it arrive. */
function useSteadyScroll(items: readonly Conversation[], scroller: Scroller): void {
  const before = useRef<readonly Conversation[]>([]);
  useLayoutEffect(() => {
    const element = scroller.current;
    const old = before.current;
    before.current = items;
    if (!element || old === items || element.scrollTop < rowHeight / 2) return;
    const top = Math.floor(element.scrollTop / rowHeight);
    const anchor = old[top];
    const now = anchor ? items.findIndex((item) => item.id === anchor.id) : -1;
    // an anchor that went far is itself the row that moved
    if (now > 0 && Math.abs(now - top) < 50) element.scrollTop += (now - top) * rowHeight;
  });
}
