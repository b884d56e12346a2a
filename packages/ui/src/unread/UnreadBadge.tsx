import { useUnread } from '../hooks/stores.ts';
import { classes } from '../primitives/class-names.ts';
import { useWordsOf } from '../words/use-words.tsx';
import { unreadWords } from './words.ts';

const most = 99;

/** How many conversations have something unread; nothing at all when none has. Says so to a screen reader when it changes. */
export function UnreadBadge({ className }: { className?: string }) {
  const words = useWordsOf(unreadWords);
  const { conversations: count } = useUnread();
  return (
    <span className={classes('parley', 'parley-unread', className)} role="status">
      {count > 0 && (
        <span className="parley-badge" part="badge">
          <span aria-hidden="true">
            {count > most ? words.say('unread.many', { count: most }) : words.number(count)}
          </span>
          <span className="parley-unseen">{words.say('unread.badge', { count })}</span>
        </span>
      )}
    </span>
  );
}
