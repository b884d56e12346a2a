import { useSyncExternalStore } from 'react';

/** Where the browser is. */
export interface Address {
  /** Such as `/inbox`. */
  readonly path: string;
  /** Empty, or with its question mark. */
  readonly search: string;
  /** Empty, or with its number sign. */
  readonly hash: string;
  /** What `navigate` kept with this entry of the history; it survives a reload. */
  readonly state: unknown;
}

const listeners = new Set<() => void>();
let known: Address | null = null;

function current(): Address {
  const { pathname: path, search, hash } = window.location;
  const state: unknown = window.history.state;
  const same =
    known?.path === path && known.search === search && known.hash === hash && known.state === state;
  if (!known || !same) known = { path, search, hash, state };
  return known;
}

function tell(): void {
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', tell);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', tell);
  };
}

export interface NavigateOptions {
  /** In place of the present entry, so that the back button does not stop there. */
  replace?: boolean;
  /** Anything that can be cloned. */
  state?: unknown;
}

/** Goes to another address of this page, without loading it anew. The address in the bar is the one place where it is kept. */
export function navigate(to: string, { replace = false, state = null }: NavigateOptions = {}): void {
  if (replace) window.history.replaceState(state, '', to);
  else window.history.pushState(state, '', to);
  tell();
}

/** The browser's address; the component renders again when it changes, by the back button too. */
export const useAddress = (): Address => useSyncExternalStore(subscribe, current, current);
