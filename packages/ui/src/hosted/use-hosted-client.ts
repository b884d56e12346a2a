import { useCallback, useEffect, useState } from 'react';
import { createClient, type ParleyClient } from '@parley/client';
import { fetchSessionToken, SignedOutError } from './session.ts';

export type HostedState =
  | { readonly status: 'starting' | 'signed-out' | 'unreached' }
  | { readonly status: 'ready'; readonly client: ParleyClient };

/** The page's client, once the browser's session has given a token for it. The session is asked again for each later token. */
export function useHostedClient(): [HostedState, retry: () => void] {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<HostedState>({ status: 'starting' });
  useEffect(() => {
    let client: ParleyClient | null = null;
    let gone = false;
    const fail = (error: unknown) => {
      if (!gone) setState({ status: error instanceof SignedOutError ? 'signed-out' : 'unreached' });
    };
    const start = (first: string) => {
      if (gone) return;
      let unused: string | null = first;
      const getToken = async () => {
        const token = unused ?? (await fetchSessionToken().catch(onRefused));
        unused = null;
        return token;
      };
      const made = createClient({ url: window.location.origin, getToken });
      client = made;
      setState({ status: 'ready', client: made });
    };
    // Being offline is the client's to say, and to get over; only a session that has ended ends the page.
    const onRefused = (error: unknown): never => {
      if (error instanceof SignedOutError) fail(error);
      throw error;
    };
    fetchSessionToken().then(start, fail);
    return () => {
      gone = true;
      client?.close();
    };
  }, [turn]);
  const retry = useCallback(() => setTurn((last) => last + 1), []);
  return [state, retry];
}
