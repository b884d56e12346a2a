import { useRef, useState } from 'react';
import type { Contact } from '@parley/protocol';
import { useConnection, useMe } from '../hooks/stores.ts';
import type { Loaded } from '../loading/use-loaded.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { ToolButton } from '../primitives/Button.tsx';
import { Dialog } from '../primitives/Dialog.tsx';
import { Bone } from '../primitives/Skeleton.tsx';
import { useWordsOf } from '../words/use-words.tsx';
import { ContactForm } from './ContactForm.tsx';
import { ContactSent } from './ContactSent.tsx';
import type { ContactAnswer } from './use-contact-send.ts';
import { contactWords } from './words.ts';

export interface ContactDialogProps {
  listingId: string;
  contact: Loaded<Contact>;
  conversationHref: (conversationId: string) => string;
  questions?: readonly string[];
  onSent?: (answer: ContactAnswer) => void;
  onClose: () => void;
}

/** Asks a listing's seller: the listing, a few questions to start from, a text, one click; then the way to the conversation. */
export function ContactDialog(props: ContactDialogProps) {
  const { listingId, contact, conversationHref, questions, onSent, onClose } = props;
  const words = useWordsOf(contactWords);
  const me = useMe();
  const { userId } = useConnection();
  const [sent, setSent] = useState<ContactAnswer | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const close = () => body.current?.closest('dialog')?.close();
  const name = contact.data?.store.name;
  const title =
    name === undefined
      ? words.say('contact.title-unknown')
      : words.say(sent ? 'contact.title-sent' : 'contact.title', { name });
  const mailed = me?.email != null && me.notifications.email;
  const done = (answer: ContactAnswer) => {
    setSent(answer);
    onSent?.(answer);
  };
  return (
    <Dialog plain title={title} className="parley-ask" onClose={onClose}>
      <ContactHead contact={contact} title={title} onClose={close} />
      <div ref={body} className="parley-dialog-body">
        {sent ? (
          <ContactSent href={conversationHref(sent.conversation.id)} mailed={mailed} onLeave={close} />
        ) : (
          <ContactForm
            key={listingId}
            listingId={listingId}
            userId={userId ?? ''}
            contact={contact}
            conversationHref={conversationHref}
            mailed={mailed}
            {...(questions && { questions })}
            onSent={done}
          />
        )}
      </div>
    </Dialog>
  );
}

function ContactHead(props: { contact: Loaded<Contact>; title: string; onClose: () => void }) {
  const words = useWordsOf(contactWords);
  const { data, loading } = props.contact;
  const minutes = data?.responseMinutes ?? null;
  return (
    <div className="parley-ask-head">
      {data && (
        <Avatar kind="store" id={data.store.id} name={data.store.name} imageUrl={data.store.imageUrl} />
      )}
      {!data && loading && <Bone className="parley-ask-face" />}
      <div>
        <h2 dir="auto">{props.title}</h2>
        {minutes !== null && (
          <p className="parley-line">
            {words.say('contact.reply-time', { time: words.duration(Math.max(1, minutes)) })}
          </p>
        )}
      </div>
      <ToolButton icon="x" label={words.say('contact.close')} onClick={props.onClose} />
    </div>
  );
}
