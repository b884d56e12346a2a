/** What a browser tells a page about the world; nothing of it elsewhere. Answers the function that ends it. */
export function watchBrowser(on: {
  wake: () => void;
  offline: () => void;
  /** Another tab has written under this key; null when it has emptied the storage. */
  storage: (key: string | null) => void;
}): () => void {
  if (typeof addEventListener === 'undefined' || typeof document === 'undefined') return () => undefined;
  const visible = () => document.visibilityState === 'visible' && on.wake();
  const stored = (event: StorageEvent) => on.storage(event.key);
  addEventListener('online', on.wake);
  addEventListener('offline', on.offline);
  addEventListener('storage', stored);
  document.addEventListener('visibilitychange', visible);
  return () => {
    removeEventListener('online', on.wake);
    removeEventListener('offline', on.offline);
    removeEventListener('storage', stored);
    document.removeEventListener('visibilitychange', visible);
  };
}
