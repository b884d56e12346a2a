import { useState } from 'react';
import { limits } from '@parley/protocol/limits';
import { useClient } from '../hooks/parley-provider.tsx';
import { problemText } from '../hooks/problem-text.ts';
import { Button } from '../primitives/Button.tsx';
import { Dialog } from '../primitives/Dialog.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';

const reasons = ['scam', 'off-platform', 'harassment', 'spam', 'prohibited', 'other'] as const;
type Reason = (typeof reasons)[number];

export interface ReportDialogProps {
  conversationId: string;
  /** One message; default: the whole conversation. */
  seq?: number | undefined;
  name: string;
  onClose: () => void;
}

/** Tells the moderators what is wrong with a conversation or a message. */
export function ReportDialog({ conversationId, seq, name, onClose }: ReportDialogProps) {
  const words = useWords();
  const client = useClient();
  const [reason, setReason] = useState<Reason | null>(null);
  const [text, setText] = useState('');
  const [state, setState] = useState<'asking' | 'sending' | 'done'>('asking');
  const [error, setError] = useState<string | null>(null);
  const send = () => {
    if (reason === null) return;
    setState('sending');
    setError(null);
    const more = { ...(seq !== undefined && { seq }), ...(text.trim() !== '' && { text: text.trim() }) };
    client.call('reportConversation', { body: { conversationId, reason, ...more } }).then(
      () => setState('done'),
      (problem: unknown) => {
        setState('asking');
        setError(problemText(problem, words));
      },
    );
  };
  return (
    <Dialog title={words.say('report.title')} onClose={onClose}>
      {state === 'done' ? (
        <Done onClose={onClose} />
      ) : (
        <form
          className="parley-dialog-body"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <p className="parley-line">{words.say('report.hint', { name })}</p>
          <Reasons reason={reason} onReason={setReason} />
          <label className="parley-label">
            {words.say('report.text')}
            <textarea
              className="parley-field"
              rows={3}
              dir="auto"
              maxLength={limits.reasonLength}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </label>
          {error !== null && (
            <p className="parley-error" role="alert">
              <Icon name="alert" small />
              {error}
            </p>
          )}
          <div className="parley-dialog-foot">
            <Button big tone="bare" onClick={onClose}>
              {words.say('action.cancel')}
            </Button>
            <Button big tone="main" type="submit" disabled={reason === null || state === 'sending'}>
              {words.say('report.send')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Reasons({ reason, onReason }: { reason: Reason | null; onReason: (reason: Reason) => void }) {
  const words = useWords();
  return (
    <fieldset>
      <legend className="parley-label">{words.say('report.reason')}</legend>
      {reasons.map((each, index) => (
        <label key={each} className="parley-choice">
          <input
            type="radio"
            name="reason"
            checked={each === reason}
            data-autofocus={index === 0 ? '' : undefined}
            onChange={() => onReason(each)}
          />
          {words.say(`report.reason.${each}`)}
        </label>
      ))}
    </fieldset>
  );
}

function Done({ onClose }: { onClose: () => void }) {
  const words = useWords();
  return (
    <div className="parley-dialog-body">
      <p className="parley-done" role="status">
        <Icon name="check" />
        {words.say('report.done')}
      </p>
      <div className="parley-dialog-foot">
        <Button big onClick={onClose}>
          {words.say('action.close')}
        </Button>
      </div>
    </div>
  );
}
