import { problemOf } from '@parley/client';
import { useRef, useState } from 'react';
import type { Answer, Problem } from '@parley/protocol';
import { useClient } from '../hooks/parley-provider.tsx';

/** A name for one send, at random; `crypto.randomUUID` is missing on pages without TLS. */
function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export type ContactAnswer = Answer<'openConversation'>;

export interface ContactSend {
  readonly sending: boolean;
  readonly problem: Problem | null;
  readonly sent: ContactAnswer | null;
  send(text: string): Promise<ContactAnswer | null>;
}

/** Sends the first message about a listing. The same text sent again, after a failure, stays one message. */
export function useContactSend(listingId: string): ContactSend {
  const client = useClient();
  const last = useRef({ text: '', clientId: '' });
  const [state, setState] = useState<Omit<ContactSend, 'send'>>({
    sending: false,
    problem: null,
    sent: null,
  });
  const send = async (text: string) => {
    if (last.current.text !== text) last.current = { text, clientId: newClientId() };
    setState({ sending: true, problem: null, sent: null });
    try {
      const sent = await client.openConversation({ listingId, text, clientId: last.current.clientId });
      setState({ sending: false, problem: null, sent });
      return sent;
    } catch (error) {
      setState({ sending: false, problem: problemOf(error), sent: null });
      return null;
    }
  };
  return { ...state, send };
}
