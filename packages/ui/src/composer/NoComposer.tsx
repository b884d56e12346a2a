import type { Conversation } from '@parley/protocol';
import { otherSide } from '../hooks/other-side.ts';
import { useClient } from '../hooks/parley-provider.tsx';
import { Button } from '../primitives/Button.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';

/** Why nothing can be written here, or null where it can. */
export function closedReason({
  status,
  blocked,
}: Conversation): 'locked' | 'closed' | 'blocked-me' | 'blocked-other' | null {
  if (status !== 'open') return status;
  if (blocked === null) return null;
  return blocked === 'by-me' ? 'blocked-me' : 'blocked-other';
}

/** In the composer's place, where nothing can be written: why, and what one can do about it. */
export function NoComposer({ conversation }: { conversation: Conversation }) {
  const words = useWords();
  const client = useClient();
  const other = otherSide(conversation);
  const reason = closedReason(conversation);
  if (reason === null) return null;
  const unblock = () => {
    client.call('deleteBlock', { params: { id: other.id } }).catch(() => undefined);
  };
  return (
    <div className="parley-no-composer">
      <Icon name={reason === 'locked' ? 'shield' : 'ban'} />
      <p>{words.say(`composer.${reason}`, { name: other.name })}</p>
      {reason === 'blocked-me' && (
        <Button onClick={unblock}>{words.say('action.unblock', { name: other.name })}</Button>
      )}
    </div>
  );
}
