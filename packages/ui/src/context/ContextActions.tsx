import { useState } from 'react';
import type { Conversation } from '@parley/protocol';
import { otherSide } from '../hooks/other-side.ts';
import { useClient } from '../hooks/parley-provider.tsx';
import { problemText } from '../hooks/problem-text.ts';
import { Icon } from '../primitives/Icon.tsx';
import type { IconName } from '../primitives/icon-paths.ts';
import { useWords } from '../words/use-words.tsx';
import { BlockDialog } from './BlockDialog.tsx';
import { ReportDialog } from './ReportDialog.tsx';

/** Mute, archive, report, block: what one can do with a conversation as a whole. */
export function ContextActions({ conversation }: { conversation: Conversation }) {
  const words = useWords();
  const client = useClient();
  const [dialog, setDialog] = useState<'report' | 'block' | null>(null);
  const [error, setError] = useState<string | null>(null);
  const { id, seat, blocked } = conversation;
  const other = otherSide(conversation);
  const attempt = (done: Promise<unknown>) => {
    setError(null);
    done.catch((problem: unknown) =>
      setError(words.say('context.error', { detail: problemText(problem, words) })),
    );
  };
  const setSeat = (change: { muted?: boolean; archived?: boolean }) =>
    attempt(client.conversation(id).setSeat(change));
  const name = { name: other.name };
  const close = () => setDialog(null);
  return (
    <section className="parley-part parley-acts" aria-label={words.say('context.options')}>
      <Act
        icon={seat.muted ? 'bell' : 'mute'}
        text={words.say(seat.muted ? 'action.unmute' : 'action.mute')}
        onAct={() => setSeat({ muted: !seat.muted })}
      />
      <Act
        icon="archive"
        text={words.say(seat.archived ? 'action.unarchive' : 'action.archive')}
        onAct={() => setSeat({ archived: !seat.archived })}
      />
      {seat.side !== 'moderator' && (
        <>
          <Act icon="flag" text={words.say('action.report')} onAct={() => setDialog('report')} />
          {blocked === 'by-me' ? (
            <Act
              icon="ban"
              text={words.say('action.unblock', name)}
              onAct={() => attempt(client.call('deleteBlock', { params: { id: other.id } }))}
            />
          ) : (
            <Act bad icon="ban" text={words.say('action.block', name)} onAct={() => setDialog('block')} />
          )}
        </>
      )}
      {seat.muted && <p className="parley-line">{words.say('context.muted')}</p>}
      {error !== null && (
        <p className="parley-error" role="alert">
          <Icon name="alert" small />
          {error}
        </p>
      )}
      {dialog === 'report' && <ReportDialog conversationId={id} name={other.name} onClose={close} />}
      {dialog === 'block' && <BlockDialog other={other} onClose={close} />}
    </section>
  );
}

interface ActProps {
  icon: IconName;
  text: string;
  bad?: boolean;
  onAct: () => void;
}

function Act({ icon, text, bad, onAct }: ActProps) {
  return (
    <button type="button" className={bad ? 'parley-bad' : undefined} onClick={onAct}>
      <Icon name={icon} />
      <span dir="auto">{text}</span>
    </button>
  );
}
