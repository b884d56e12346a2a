import { useState } from 'react';

const keyOf = (userId: string, listingId: string) => `parley:contact:${userId}:${listingId}`;

// A page may be refused its storage (private windows, sandboxed frames); then a draft lives as long as the dialog.
function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function write(key: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    return;
  }
}

/**
 * A text that survives closing the dialog and reloading the page, until this tab is closed. Each person has their own; what was typed
 * before it was known who types (`userId` is '') is theirs who turn out to.
 */
export function useContactDraft(userId: string, listingId: string): [string, (text: string) => void] {
  const [key, nobodys] = [keyOf(userId, listingId), keyOf('', listingId)];
  const [draft, setDraft] = useState({ key: '', text: '' });
  const set = (text: string) => {
    setDraft({ key, text });
    write(nobodys, '');
    write(key, text);
  };
  return [
    draft.key === key ? draft.text : (draft.key === nobodys && draft.text) || read(nobodys) || read(key),
    set,
  ];
}
