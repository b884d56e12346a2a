import { useState } from 'react';
import { useClient } from '../hooks/parley-provider.tsx';
import { useMe } from '../hooks/stores.ts';
import { Dialog } from '../primitives/Dialog.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';

/** Whether new messages come by email too. Saved at once, and put back where that fails. */
export function Preferences({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const client = useClient();
  const me = useMe();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const [failed, setFailed] = useState(false);
  const email = chosen ?? me?.notifications.email ?? true;
  const save = (next: boolean) => {
    setChosen(next);
    setFailed(false);
    client.call('updateMe', { body: { notifications: { email: next } } }).catch(() => {
      setChosen(!next);
      setFailed(true);
    });
  };
  return (
    <Dialog title={words.say('preferences.title')} onClose={onClose}>
      <div className="parley-dialog-body">
        <label className="parley-choice">
          <input
            type="checkbox"
            data-autofocus
            checked={email}
            onChange={(event) => save(event.currentTarget.checked)}
          />
          {words.say('preferences.email')}
        </label>
        <p className="parley-line">{words.say('preferences.email-hint')}</p>
        {failed && (
          <p className="parley-error" role="alert">
            <Icon name="alert" small />
            {words.say('preferences.error')}
          </p>
        )}
      </div>
    </Dialog>
  );
}
