import { useId, useRef, type KeyboardEvent } from 'react';
import type { Contact, Problem } from '@parley/protocol';
import { limits } from '@parley/protocol/limits';
import type { Loaded } from '../loading/use-loaded.ts';
import { Button } from '../primitives/Button.tsx';
import { Icon } from '../primitives/Icon.tsx';
import { Bone } from '../primitives/Skeleton.tsx';
import { useWordsOf, type Words } from '../words/use-words.tsx';
import { useContactDraft } from './contact-draft.ts';
import { useContactSend, type ContactAnswer } from './use-contact-send.ts';
import { contactWords } from './words.ts';

type ContactWords = Words<keyof typeof contactWords>;

export interface ContactFormProps {
  listingId: string;
  /** Whose draft it is. */
  userId: string;
  contact: Loaded<Contact>;
  conversationHref: (conversationId: string) => string;
  mailed: boolean;
  questions?: readonly string[];
  onSent: (answer: ContactAnswer) => void;
}

/** The dialog's form. The text field is there from the first moment, so that it has the focus while the rest still loads. */
export function ContactForm(props: ContactFormProps) {
  const { listingId, userId, contact, conversationHref, mailed, onSent } = props;
  const words = useWordsOf(contactWords);
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useContactDraft(userId, listingId);
  const sending = useContactSend(listingId);
  const trimmed = text.trim();
  const over = Math.max(0, trimmed.length - limits.textLength);
  const ready = trimmed !== '' && over === 0 && !sending.sending;
  const known = contact.data;
  const submit = async () => {
    if (!ready) return;
    const answer = await sending.send(trimmed);
    if (!answer) return;
    setText('');
    onSent(answer);
  };
  const ask = (question: string) => {
    setText(question);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  };
  const note = sayProblem(words, contact, sending.problem, over);
  return (
    <form
      className="parley-ask-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <ContactItem contact={contact} />
      {known?.conversationId ? (
        <Asked name={known.store.name} href={conversationHref(known.conversationId)} />
      ) : (
        <Questions text={text} onAsk={ask} {...(props.questions && { questions: props.questions })} />
      )}
      <div>
        <label className="parley-label" htmlFor={`${id}-text`}>
          {words.say('contact.text')}
        </label>
        <textarea
          ref={field}
          id={`${id}-text`}
          className="parley-field"
          dir="auto"
          data-autofocus=""
          value={text}
          aria-invalid={over > 0}
          aria-describedby={note ? `${id}-note` : undefined}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {note && (
        <p id={`${id}-note`} className="parley-error" role="alert">
          <Icon name="alert" small />
          <span>{note}</span>
        </p>
      )}
      <div className="parley-ask-foot">
        <Foot contact={contact} mailed={mailed} />
        <Button tone="main" big type="submit" disabled={!ready}>
          {words.say(sending.sending ? 'contact.sending' : 'contact.send')}
        </Button>
      </div>
    </form>
  );
}

function sayProblem(
  words: ContactWords,
  contact: Loaded<Contact>,
  sending: Problem | null,
  over: number,
): string | null {
  if (over > 0) return words.say('contact.over', { count: over });
  if (contact.data?.own) return words.say('contact.own');
  const problem = sending ?? contact.problem;
  if (!problem) return null;
  if (problem.status === 0) return words.say('contact.unreached');
  if (problem.status === 401) return words.say('contact.signed-out');
  if (problem.status === 404) return words.say('contact.missing');
  return sending ? words.say('contact.not-sent', { detail: sending.detail }) : words.say('contact.error');
}

function ContactItem({ contact }: { contact: Loaded<Contact> }) {
  const words = useWordsOf(contactWords);
  const { data, loading } = contact;
  if (!data) {
    if (!loading) return null;
    return (
      <div className="parley-ask-item parley-late" aria-hidden="true">
        <Bone className="parley-ask-picture" />
        <Bone className="parley-ask-name" />
      </div>
    );
  }
  const { title, imageUrl, price } = data.listing;
  return (
    <div className="parley-ask-item">
      {imageUrl ? (
        <img className="parley-ask-picture" src={imageUrl} alt="" width="56" height="56" />
      ) : (
        <span className="parley-ask-picture parley-ask-blank">
          <Icon name="shop" />
        </span>
      )}
      <div>
        <h3 dir="auto">{title}</h3>
        {price && <p className="parley-line">{words.money(price)}</p>}
      </div>
    </div>
  );
}

function Asked({ name, href }: { name: string; href: string }) {
  const words = useWordsOf(contactWords);
  return (
    <p className="parley-ask-asked">
      <Icon name="chat" />
      <span>
        {words.say('contact.asked', { name })} <a href={href}>{words.say('contact.open')}</a>
      </span>
    </p>
  );
}

function Questions(props: { questions?: readonly string[]; text: string; onAsk: (text: string) => void }) {
  const words = useWordsOf(contactWords);
  const own = ['contact.question.1', 'contact.question.2', 'contact.question.3'] as const;
  const questions = (props.questions ?? own.map((key) => words.say(key))).slice(0, 3);
  if (questions.length === 0) return null;
  return (
    <div className="parley-ask-starts" role="group" aria-label={words.say('contact.questions')}>
      {questions.map((question) => (
        <button
          key={question}
          type="button"
          dir="auto"
          aria-pressed={props.text === question}
          onClick={() => props.onAsk(question)}
        >
          {question}
        </button>
      ))}
    </div>
  );
}

function Foot({ contact, mailed }: { contact: Loaded<Contact>; mailed: boolean }) {
  const words = useWordsOf(contactWords);
  if (contact.problem)
    return (
      <Button tone="bare" onClick={contact.reload}>
        {words.say('contact.retry')}
      </Button>
    );
  const name = contact.data?.store.name;
  const promise =
    mailed && name !== undefined
      ? words.say('contact.promise', { name })
      : words.say('contact.promise-unmailed');
  return <p className="parley-line">{promise}</p>;
}
