import { useEffect, useRef, useState } from 'react';
import type { ConversationSnapshot } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useWords, type Words } from '../words/use-words.tsx';

/**
 * What the thread's one polite status line says: each message that others write from now on, once, a send that failed, and who
 * begins to type. Never the history.
 */
export function useAnnouncement(
  snapshot: ConversationSnapshot,
  userId: string | null,
  typist: string | null,
): string {
  const words = useWords();
  const [said, setSaid] = useState('');
  const last = snapshot.messages.at(-1);
  const heard = useRef<number | null>(null);
  const failed = snapshot.outbox.filter((item) => item.state === 'failed').length;
  const failedBefore = useRef(failed);
  useEffect(() => {
    if (snapshot.status !== 'ready') return;
    const news = heard.current !== null && last && last.seq > heard.current;
    heard.current = last?.seq ?? 0;
    if (news && last.author.userId !== userId) setSaid(arrival(last, words));
  }, [snapshot.status, last, userId, words]);
  useEffect(() => {
    if (failed > failedBefore.current) setSaid(words.say('thread.failed'));
    failedBefore.current = failed;
  }, [failed, words]);
  useEffect(() => {
    if (typist !== null) setSaid(words.say('thread.typing', { name: typist }));
  }, [typist, words]);
  return said;
}

function arrival(message: Message, words: Words): string {
  const { kind, text, author, attachments } = message;
  if (kind === 'edit' || kind === 'redaction') return '';
  if (kind === 'notice') return text;
  return text === ''
    ? words.say('thread.arrived-files', { name: author.name, count: attachments.length })
    : words.say('thread.arrived', { name: author.name, text: text.slice(0, 300) });
}
