import { useEffect } from 'react';
import { navigate, useAddress } from '../address/address.ts';
import { Inbox } from '../inbox/Inbox.tsx';
import { useDocumentTitle } from '../unread/use-document-title.ts';
import { useWordsOf } from '../words/use-words.tsx';
import { hostedWords } from './words.ts';

const hrefOf = (id: string) => `/inbox/${encodeURIComponent(id)}`;
const open = (id: string | null) => navigate(id === null ? '/inbox' : hrefOf(id));

/** The conversation that an address of the inbox, or of a link in an email, names. */
export function conversationIn(path: string): string | null {
  const id = /^\/(?:inbox|c)\/([0-9a-fA-F-]{1,64})\/?$/.exec(path)?.[1];
  return id ?? null;
}

/** The inbox as a page: `/inbox`, `/inbox/{conversationId}`, and `/c/{conversationId}` from an email, which becomes the former. */
export function HostedInbox() {
  const words = useWordsOf(hostedWords);
  const { path } = useAddress();
  const title = words.say('hosted.inbox');
  useDocumentTitle(title);
  const conversationId = conversationIn(path);
  const fromLink = conversationId !== null && path.startsWith('/c/');
  useEffect(() => {
    // The link's token must not stay in the address bar, where it would be copied along.
    if (fromLink) navigate(hrefOf(conversationId), { replace: true });
  }, [fromLink, conversationId]);
  return (
    <main className="parley parley-hosted">
      <h1 className="parley-unseen">{title}</h1>
      <Inbox conversationId={conversationId} onOpen={open} hrefOf={hrefOf} />
    </main>
  );
}
