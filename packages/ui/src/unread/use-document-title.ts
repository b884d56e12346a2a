import { useEffect } from 'react';
import { useUnread } from '../hooks/stores.ts';
import { useWordsOf } from '../words/use-words.tsx';
import { unreadWords } from './words.ts';

/**
 * The page's title, with the number of unread conversations before it, such as `(3) Inbox`. The number goes with the component, unless
 * somebody has set another title meanwhile.
 */
export function useDocumentTitle(title: string): void {
  const words = useWordsOf(unreadWords);
  const { conversations: count } = useUnread();
  const shown = count > 0 ? words.say('unread.title', { count, title }) : title;
  useEffect(() => {
    document.title = shown;
    return () => {
      if (document.title === shown) document.title = title;
    };
  }, [shown, title]);
}
