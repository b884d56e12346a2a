import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

/** Rows kept beyond what is seen, above and below. */
const margin = 8;

export interface WindowedRows {
  scroller: RefObject<HTMLDivElement | null>;
  /** The first row to render, and the one after the last. */
  start: number;
  end: number;
  /** Scrolls just so far that the row is seen whole. */
  reveal: (index: number) => void;
}

/**
 * Which of many rows of one height are worth rendering. The height is fixed by design, so nothing is measured.
 *
 * @param height of a row, in CSS pixels
 */
export function useWindowedRows(height: number): WindowedRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ start: 0, end: 24 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      // in steps of half the margin: one render for several rows of scrolling
      const step = margin / 2;
      const first = Math.floor(element.scrollTop / height / step) * step;
      const seen = Math.ceil(element.clientHeight / height) + step;
      const start = Math.max(0, first - margin);
      const end = first + seen + margin;
      setRange((old) => (old.start === start && old.end === end ? old : { start, end }));
    };
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    measure();
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [height]);
  const reveal = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (!element) return;
      const top = index * height;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + height > element.scrollTop + element.clientHeight)
        element.scrollTop = top + height - element.clientHeight;
    },
    [height],
  );
  return { scroller, reveal, ...range };
}
