import type { Problem } from '@parley/protocol';
import { Button } from '../primitives/Button.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';

/** In a thread's place, when it is not there or does not come. */
export function ThreadMissing({
  problem,
  onBack,
}: {
  problem: Problem | null;
  onBack?: (() => void) | undefined;
}) {
  const words = useWords();
  const missing = problem?.status === 404;
  return (
    <div className="parley-blank">
      <Icon name={missing ? 'chat' : 'alert'} />
      <h2>{words.say(missing ? 'thread.missing' : 'thread.error')}</h2>
      <p>{words.say(missing ? 'thread.missing-hint' : 'thread.error-hint')}</p>
      {onBack && (
        <Button big onClick={onBack}>
          {words.say('inbox.show-all')}
        </Button>
      )}
    </div>
  );
}
