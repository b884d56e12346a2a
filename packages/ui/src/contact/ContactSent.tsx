import { useEffect, useRef } from 'react';
import { Button } from '../primitives/Button.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { useWordsOf } from '../words/use-words.tsx';
import { contactWords } from './words.ts';

/** What stands in the dialog once the message is taken: that it is, and the way to the conversation, which has the focus. */
export function ContactSent(props: { href: string; mailed: boolean; onLeave: () => void }) {
  const words = useWordsOf(contactWords);
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => link.current?.focus(), []);
  return (
    <>
      <p className="parley-done" role="status">
        <Icon name="check" />
        <span>{words.say(props.mailed ? 'contact.sent' : 'contact.sent-unmailed')}</span>
      </p>
      <div className="parley-ask-ways">
        <a ref={link} className="parley-button parley-main parley-big" href={props.href}>
          {words.say('contact.open')}
        </a>
        <Button big onClick={props.onLeave}>
          {words.say('contact.leave')}
        </Button>
      </div>
    </>
  );
}
