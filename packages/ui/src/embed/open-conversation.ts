import { useState } from 'react';
import { navigate, useAddress } from '../address/address.ts';

/** Where an inbox on somebody's page keeps which conversation is open: in the search, in the hash, or not in the address. */
export type AddressMode = 'query' | 'hash' | 'off';

const parameter = 'conversation';

/** Puts a conversation into an address, and leaves everything else there as it is. */
export function withConversation(url: URL, mode: 'query' | 'hash', id: string | null): string {
  const params = new URLSearchParams(mode === 'query' ? url.search : url.hash.slice(1));
  if (id === null) params.delete(parameter);
  else params.set(parameter, id);
  // A bare word in a hash, such as an anchor, must not become `word=`.
  const text = params.toString().replace(/=(?=&|$)/g, '');
  const search = mode === 'query' ? (text === '' ? '' : `?${text}`) : url.search;
  const hash = mode === 'hash' ? (text === '' ? '' : `#${text}`) : url.hash;
  return `${url.pathname}${search}${hash}`;
}

/** Which conversation is open, kept where `mode` says. `initial` holds until somebody opens another. */
export function useOpenConversation(
  mode: AddressMode,
  initial: string | null,
): [string | null, (id: string | null) => void] {
  const { search, hash } = useAddress();
  const [own, setOwn] = useState(initial);
  if (mode === 'off') return [own, setOwn];
  const named = new URLSearchParams(mode === 'query' ? search : hash.slice(1)).get(parameter);
  const open = (id: string | null) => {
    setOwn(null);
    // The page's router may keep its own state with the entry.
    const state: unknown = window.history.state;
    navigate(withConversation(new URL(window.location.href), mode, id), { state });
  };
  return [named ?? own, open];
}
