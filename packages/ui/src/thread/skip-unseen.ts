const awaited = new WeakMap<HTMLElement, ResizeObserver>();

/**
 * Lets the browser leave out a part of the log while it is out of sight: it is neither laid out nor painted. Before that it is laid
 * out once more, since only with its exact size in its place nothing else moves. Only where what is left out can still be found in
 * the page: Safari learnt that shortly before it knew `beforematch`.
 */
export function skipUnseen(part: HTMLElement): void {
  if (!('onbeforematch' in part)) return;
  const { style } = part;
  style.contentVisibility = '';
  const observer = new ResizeObserver(([size]) => {
    observer.disconnect();
    // in the next frame: in this one, browsers report a loop of observers
    requestAnimationFrame(() => {
      if (awaited.get(part) !== observer) return;
      style.containIntrinsicBlockSize = `auto ${size?.contentRect.height}px`;
      style.contentVisibility = 'auto';
    });
  });
  awaited.set(part, observer);
  observer.observe(part);
}

/** The same anew, for all parts of the log that are left out so: their width has changed. */
export function skipAnew(log: HTMLElement): void {
  log.querySelectorAll<HTMLElement>('.parley-chunk').forEach(skipUnseen);
}
