import { useCallback, useState, type ReactNode } from 'react';
import { useClient } from '../hooks/parley-provider.tsx';
import { useMe } from '../hooks/stores.ts';
import { useLoaded } from '../loading/use-loaded.ts';
import { Button } from '../primitives/Button.tsx';
import { classes } from '../primitives/class-names.ts';
import { Icon } from '../primitives/Icon.tsx';
import { useWordsOf } from '../words/use-words.tsx';
import { ContactDialog } from './ContactDialog.tsx';
import type { ContactAnswer } from './use-contact-send.ts';
import { contactWords } from './words.ts';

export interface ContactButtonProps {
  listingId: string;
  /** The address of a conversation's page. */
  conversationHref: (conversationId: string) => string;
  /** Starting questions, at most three are shown; default: the catalogue's. */
  questions?: readonly string[];
  /** What stands on the button; default: “Contact seller”. */
  children?: ReactNode;
  className?: string;
  /** Called when the dialog opens. */
  onOpen?: () => void;
  /** Called when the service has taken the message. */
  onSent?: (answer: ContactAnswer) => void;
}

/** “Contact seller” on a listing's page, with its dialog. It is not shown to the listing's own seller. */
export function ContactButton(props: ContactButtonProps) {
  const { listingId, conversationHref, questions, children, className, onOpen, onSent } = props;
  const client = useClient();
  const words = useWordsOf(contactWords);
  const me = useMe();
  const [open, setOpen] = useState(false);
  const contact = useLoaded(useCallback(() => client.getContact(listingId), [client, listingId]));

  // Whoever has a store might be this listing's seller: for them the button waits until that is known.
  const hidden = contact.data ? contact.data.own : me !== null && me.stores.length > 0 && contact.loading;
  if (hidden) return null;
  const show = () => {
    if (contact.problem) contact.reload();
    setOpen(true);
    onOpen?.();
  };
  return (
    <div className={classes('parley', 'parley-contact')}>
      <Button
        big
        className={classes('parley-contact-button', className)}
        part="button"
        aria-haspopup="dialog"
        onClick={show}
      >
        {children ?? (
          <>
            <Icon name="chat" />
            {words.say('contact.button')}
          </>
        )}
      </Button>
      {open && (
        <ContactDialog
          listingId={listingId}
          contact={contact}
          conversationHref={conversationHref}
          {...(questions && { questions })}
          {...(onSent && { onSent })}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}
