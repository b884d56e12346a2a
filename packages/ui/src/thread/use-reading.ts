import { useEffect, useRef, useState, type RefObject } from 'react';
import type { ConversationSnapshot, ConversationStore } from '@parley/client';

/** Whether a person is looking at the element: on screen, in a visible and focused page. */
export function useSeen(element: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    let onScreen = false;
    const update = () => setSeen(onScreen && document.visibilityState === 'visible' && document.hasFocus());
    const observer = new IntersectionObserver((changes) => {
      onScreen = changes.at(-1)?.isIntersecting ?? false;
      update();
    });
    if (element.current) observer.observe(element.current);
    window.addEventListener('focus', update);
    window.addEventListener('blur', update);
    document.addEventListener('visibilitychange', update);
    return () => {
      observer.disconnect();
      window.removeEventListener('focus', update);
      window.removeEventListener('blur', update);
      document.removeEventListener('visibilitychange', update);
    };
  }, [element]);
  return seen;
}

/** Tells the others while a person is looking at the conversation. */
export function usePresence(store: ConversationStore, seen: boolean): void {
  useEffect(() => {
    store.setPresent(seen);
    return () => store.setPresent(false);
  }, [store, seen]);
}

/** Marks everything as read while somebody reads, each `seq` once. */
export function useMarkRead(
  snapshot: ConversationSnapshot,
  store: ConversationStore,
  reading: boolean,
): void {
  const marked = useRef(0);
  const last = snapshot.messages.at(-1)?.seq ?? 0;
  const read = snapshot.conversation?.seat.readSeq ?? last;
  useEffect(() => {
    if (!reading || last <= read || last <= marked.current) return;
    marked.current = last;
    store.markRead(last);
  }, [reading, last, read, store]);
}

/** The `seq` after which the "New" line stands: set at opening, and whenever something comes while nobody reads. */
export function useNewAfter({ status, conversation }: ConversationSnapshot, reading: boolean): number | null {
  const after = useRef<number | null | undefined>(undefined);
  if (status !== 'ready' || !conversation) return null;
  const { unread, readSeq } = conversation.seat;
  if (after.current === undefined) after.current = unread > 0 ? readSeq : null;
  else if (!reading && unread > 0 && readSeq > (after.current ?? -1)) after.current = readSeq;
  return after.current ?? null;
}
