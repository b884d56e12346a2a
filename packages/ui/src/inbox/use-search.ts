import { useEffect, useRef, useState } from 'react';
import type { InboxSnapshot } from '@parley/client';

/** A value that follows `value` once it has rested for `ms`; at once when it becomes empty. */
export function useRested(value: string, ms: number): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), value === '' ? 0 : ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}

/** The last list that was ready, while the next is on its way: a search does not blink. */
export function useLastReady(snapshot: InboxSnapshot): InboxSnapshot {
  const last = useRef<InboxSnapshot | null>(null);
  if (snapshot.status === 'ready') last.current = snapshot;
  return snapshot.status === 'loading' && last.current ? last.current : snapshot;
}
