import { useState } from 'react';
import { useClient } from '../hooks/parley-provider.tsx';
import { problemText } from '../hooks/problem-text.ts';
import type { OtherSide } from '../hooks/other-side.ts';
import { Button } from '../primitives/Button.tsx';
import { Dialog } from '../primitives/Dialog.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';

/** Says what blocking does before it is done. */
export function BlockDialog({ other, onClose }: { other: OtherSide; onClose: () => void }) {
  const words = useWords();
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const block = () => {
    setBusy(true);
    client.call('putBlock', { params: { id: other.id } }).then(onClose, (problem: unknown) => {
      setBusy(false);
      setError(problemText(problem, words));
    });
  };
  return (
    <Dialog title={words.say('block.title', { name: other.name })} onClose={onClose}>
      <div className="parley-dialog-body">
        <p>{words.say('block.hint', { name: other.name })}</p>
        {error !== null && (
          <p className="parley-error" role="alert">
            <Icon name="alert" small />
            {error}
          </p>
        )}
        <div className="parley-dialog-foot">
          <Button big tone="bare" data-autofocus onClick={onClose}>
            {words.say('action.cancel')}
          </Button>
          <Button big tone="danger" disabled={busy} onClick={block}>
            {words.say('block.confirm')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
