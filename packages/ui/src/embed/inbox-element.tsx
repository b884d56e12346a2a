import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Message } from '@parley/protocol';
import { useConversation } from '../hooks/stores.ts';
import { Inbox } from '../inbox/Inbox.tsx';
import { useDocumentTitle } from '../unread/use-document-title.ts';
import { useOpenConversation, type AddressMode } from './open-conversation.ts';
import { ParleyElement } from './parley-element.tsx';

/**
 * `<parley-inbox>`: the whole inbox, laid out by the width that the page gives it. `conversation-id` opens one; `address` says where the
 * open one is kept: `query` (the default, `?conversation=…`), `hash`, or `off`. `count-in-title` puts the number of unread
 * conversations before the page's title.
 */
export class InboxElement extends ParleyElement {
  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, 'conversation-id', 'address', 'count-in-title'];
  }

  protected view(): ReactNode {
    const address = this.getAttribute('address');
    const mode = address === 'off' || address === 'hash' ? address : 'query';
    const initial = this.getAttribute('conversation-id');
    return (
      <>
        {this.hasAttribute('count-in-title') && <CountInTitle />}
        <EmbeddedInbox
          key={`${mode} ${initial ?? ''}`}
          mode={mode}
          initial={initial}
          onOpened={(conversationId) => this.tell('opened', { conversationId })}
          onSent={(message) => this.tell('sent', { conversationId: message.conversationId, message })}
        />
      </>
    );
  }
}

/** Counts before the title that the page had, and gives that back in the end. */
function CountInTitle() {
  const [title] = useState(() => document.title);
  useDocumentTitle(title);
  return null;
}

interface EmbeddedInboxProps {
  mode: AddressMode;
  initial: string | null;
  onOpened: (conversationId: string) => void;
  onSent: (message: Message) => void;
}

function EmbeddedInbox({ mode, initial, onOpened, onSent }: EmbeddedInboxProps) {
  const [openId, open] = useOpenConversation(mode, initial);
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (openId !== null && told.current !== openId) onOpened(openId);
    told.current = openId;
  });
  return (
    <>
      <Inbox conversationId={openId} onOpen={open} />
      {openId !== null && <SentWatch key={openId} conversationId={openId} onSent={onSent} />}
    </>
  );
}

/** Tells of each message that leaves this browser's outbox for the log. */
function SentWatch({
  conversationId,
  onSent,
}: {
  conversationId: string;
  onSent: (message: Message) => void;
}) {
  const [{ outbox, messages }] = useConversation(conversationId);
  const waiting = useRef(new Set<string>());
  useEffect(() => {
    const still = new Set(outbox.map(({ clientId }) => clientId));
    for (const clientId of waiting.current) {
      if (still.has(clientId)) continue;
      const message = messages.findLast((each) => each.clientId === clientId);
      if (message) onSent(message);
    }
    waiting.current = still;
  });
  return null;
}
