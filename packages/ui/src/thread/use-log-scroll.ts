import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { skipAnew } from './skip-unseen.ts';

/** Closer to the end than this, in CSS pixels, is at the end. */
const near = 48;

export interface LogScroll {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  atBottom: boolean;
  toBottom: (smooth: boolean) => void;
}

export interface LogScrollInput {
  ready: boolean;
  /** The lowest `seq` that is loaded: when it falls, something was put in above. */
  firstSeq: number;
  /** Called when the top comes near and there may be more above. */
  onNearTop: () => void;
}

/**
 * How a log scrolls: it opens at its "New" line or at its end, stays at the end while it is there, and what comes in above moves
 * nothing that is seen.
 */
export function useLogScroll({ ready, firstSeq, onNearTop }: LogScrollInput): LogScroll {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [atBottom, setAtBottom] = useState(true);
  const stuck = useRef(true);
  const before = useRef({ opened: false, first: 0, height: 0 });

  useLayoutEffect(() => {
    const log = scroller.current;
    if (!log || !ready) return;
    const { opened, first, height } = before.current;
    if (!opened) stuck.current = !openAtNew(log);
    else if (firstSeq < first && !stuck.current) log.scrollTop += log.scrollHeight - height;
    if (stuck.current) log.scrollTop = log.scrollHeight;
    before.current = { opened: true, first: firstSeq, height: log.scrollHeight };
  });

  const nearTop = useRef(onNearTop);
  nearTop.current = onNearTop;
  useEffect(() => {
    const log = scroller.current;
    if (!log || !ready) return;
    const onScroll = () => {
      stuck.current = log.scrollHeight - log.scrollTop - log.clientHeight < near;
      setAtBottom(stuck.current);
      if (log.scrollTop < log.clientHeight * 1.5) nearTop.current();
    };
    let width = log.clientWidth;
    const resized = new ResizeObserver(() => {
      if (width !== log.clientWidth) skipAnew(log);
      width = log.clientWidth;
      if (stuck.current) log.scrollTop = log.scrollHeight;
      before.current.height = log.scrollHeight;
      onScroll();
    });
    resized.observe(log);
    if (content.current) resized.observe(content.current);
    log.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      resized.disconnect();
      log.removeEventListener('scroll', onScroll);
    };
  }, [ready]);

  const toBottom = useCallback((smooth: boolean) => {
    const log = scroller.current;
    if (!log) return;
    stuck.current = !smooth;
    const calm = smooth && !window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    log.scrollTo({ top: log.scrollHeight, behavior: calm ? 'smooth' : 'instant' });
  }, []);
  return { scroller, content, atBottom, toBottom };
}

/** Puts the "New" line a quarter down the log. False when there is none, or when all fits. */
function openAtNew(log: HTMLElement): boolean {
  const line = log.querySelector<HTMLElement>('.parley-new');
  if (!line) return false;
  const top = line.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop;
  log.scrollTop = top - log.clientHeight / 4;
  return log.scrollHeight - log.scrollTop - log.clientHeight >= near;
}
