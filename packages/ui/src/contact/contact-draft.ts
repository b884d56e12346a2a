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

/** A text that survives closing the dialog and reloading the page, until this tab is closed. Each person has their own. */
export function useContactDraft(userId: string, listingId: string): [string, (text: string) => void] {
  const key = keyOf(userId, listingId);
  const [text, setText] = useState(() => read(key));
  const set = (next: string) => {
    setText(next);
    write(key, next);
  };
  return [text, set];
}
