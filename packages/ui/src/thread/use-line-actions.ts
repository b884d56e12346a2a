import { useMemo, useState } from 'react';
import type { ConversationSnapshot, ConversationStore } from '@parley/client';
import type { Editing } from '../composer/Composer.tsx';
import { problemText } from '../hooks/problem-text.ts';
import { useWords } from '../words/use-words.tsx';
import type { LineActions } from './Bubble.tsx';

export interface LineActionsInput {
  snapshot: ConversationSnapshot;
  store: ConversationStore;
  writable: boolean;
  userId: string | null;
  setEditing: (editing: Editing | null) => void;
  setReported: (seq: number) => void;
}

/** What a message's menu does; `said` is what came of it, for the status line, and `lastOwn` the message that arrow up changes. */
export function useLineActions(input: LineActionsInput): {
  actions: LineActions;
  said: string;
  lastOwn: Editing | null;
} {
  const { snapshot, store, writable, userId, setEditing, setReported } = input;
  const words = useWords();
  const [said, setSaid] = useState('');
  const conversationId = snapshot.conversation?.id ?? '';
  const last = snapshot.messages.findLast(
    ({ kind, author, redactedAt, text }) =>
      kind === 'text' && author.userId === userId && redactedAt === undefined && text !== '',
  );
  const actions = useMemo<LineActions>(
    () => ({
      conversationId,
      writable,
      edit: (seq, text) => setEditing({ seq, text }),
      report: setReported,
      retry: (clientId) => store.retry(clientId),
      discard: (clientId) => store.discard(clientId),
      copy: (text) => {
        navigator.clipboard.writeText(text).then(
          () => setSaid(words.say('thread.copied')),
          () => undefined,
        );
      },
      redact: (seq) => {
        setSaid('');
        store.redact(seq).catch((problem: unknown) => {
          setSaid(words.say('thread.redact-error', { detail: problemText(problem, words) }));
        });
      },
    }),
    [conversationId, writable, store, words, setEditing, setReported],
  );
  return { actions, said, lastOwn: last ? { seq: last.seq, text: last.text } : null };
}
