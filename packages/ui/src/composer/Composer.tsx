import { useEffect, useId, useRef, useState, type RefObject } from 'react';
import type { ConversationStore } from '@parley/client';
import { limits } from '@parley/protocol/limits';
import { problemText } from '../hooks/problem-text.ts';
import { ToolButton } from '../primitives/Button.tsx';
import { classes } from '../primitives/class-names.ts';
import { Icon } from '../primitives/Icon.tsx';
import { useWords } from '../words/use-words.tsx';
import { acceptedTypes, type Attachments } from './use-attachments.ts';
import { MessageField } from './MessageField.tsx';
import { UploadChips } from './UploadChips.tsx';

export interface Editing {
  seq: number;
  text: string;
}

export interface ComposerProps {
  store: ConversationStore;
  /** Whom one writes to. */
  name: string;
  attachments: Attachments;
  /** The message that is being changed, instead of a new one. */
  editing: Editing | null;
  onEditEnd: () => void;
  /** Asked for by arrow up in an empty field. */
  onEditLast: () => void;
  onSent: () => void;
  fieldRef: RefObject<HTMLTextAreaElement | null>;
}

/** Characters below the limit from which they are counted. */
const countFrom = 500;

/** Where one writes: Enter sends, Shift and Enter break the line, and what is half written is there again after a reload. */
export function Composer(props: ComposerProps) {
  const { store, name, attachments, editing, onEditEnd, fieldRef } = props;
  const words = useWords();
  const hintId = useId();
  const { text, change, send, error, dismiss } = useText(props);
  const length = text.trim().length;
  const something = length > 0 || (!editing && attachments.uploads.length > 0);
  const canSend = something && length <= limits.textLength;
  const [waiting, submit] = useSubmit(canSend, !editing, attachments, send);

  const onKey = (key: 'Enter' | 'Escape' | 'ArrowUp') => {
    if (key === 'Enter') submit();
    else if (key === 'Escape') onEditEnd();
    else props.onEditLast();
  };

  return (
    <form
      className="parley-composer"
      aria-label={words.say('composer.label')}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <ComposerError
        text={error ?? attachments.error}
        onDismiss={error === null ? attachments.dismiss : dismiss}
      />
      {editing ? (
        <p className="parley-editing">
          <Icon name="pencil" small />
          <span>{words.say('composer.editing')}</span>
          <ToolButton icon="x" small label={words.say('action.cancel')} onClick={onEditEnd} />
        </p>
      ) : (
        <UploadChips uploads={attachments.uploads} onRemove={attachments.remove} />
      )}
      <MessageField
        {...{ text, name, fieldRef, onKey, hintId }}
        editing={editing !== null}
        onText={(next) => {
          change(next);
          if (!editing) store.setTyping();
        }}
        onFiles={attachments.add}
      />
      <div className="parley-tools">
        {!editing && <Pick onFiles={attachments.add} />}
        <Hint id={hintId} length={length} editing={editing !== null} waiting={waiting} />
        <button
          type="submit"
          className="parley-send"
          aria-label={words.say(editing ? 'action.save' : 'action.send')}
          title={words.say(editing ? 'action.save' : 'action.send')}
          disabled={!canSend}
        >
          <Icon name={editing ? 'check' : 'send'} />
        </button>
      </div>
    </form>
  );
}

/** Sends at once, or as soon as the files are there: not where one of them could not be had, or a message is being changed meanwhile. */
function useSubmit(
  canSend: boolean,
  hasFiles: boolean,
  { uploads, error, dismiss }: Attachments,
  send: () => void,
): [boolean, () => void] {
  const [waiting, setWaiting] = useState(false);
  const uploading = hasFiles && uploads.some((each) => each.done === null);
  const isRight = hasFiles && error === null;
  useEffect(() => {
    if (!waiting || (uploading && isRight)) return;
    setWaiting(false);
    if (canSend && isRight) send();
  }, [waiting, uploading, isRight, canSend, send]);
  const submit = () => {
    if (!canSend) return;
    dismiss();
    if (uploading) setWaiting(true);
    else send();
  };
  return [waiting, submit];
}

/** The words in the field: the draft, or a message that is being changed; and what sending does with them. */
function useText({ store, attachments, editing, onEditEnd, onSent, fieldRef }: ComposerProps) {
  const words = useWords();
  const [draft, setDraft] = useState(() => store.draft.get());
  const [changed, setChanged] = useState<Editing | null>(null);
  const [failure, setFailure] = useState<{ seq: number | undefined; text: string } | null>(null);
  const seq = editing?.seq;
  const changedText = changed?.seq === seq ? changed?.text : undefined;
  const wasEditing = useRef(false);
  useEffect(() => {
    if (seq !== undefined || wasEditing.current) fieldRef.current?.focus();
    if (seq === undefined) setChanged(null);
    wasEditing.current = seq !== undefined;
  }, [seq, fieldRef]);
  const saveDraft = (next: string) => {
    setDraft(next);
    store.draft.set(next);
  };
  const send = () => {
    setFailure(null);
    if (editing) {
      const next = (changedText ?? editing.text).trim();
      if (next === editing.text) {
        onEditEnd();
        return;
      }
      store.edit(editing.seq, next).then(onEditEnd, (reason: unknown) => {
        const detail = problemText(reason, words);
        setFailure({ seq: editing.seq, text: words.say('thread.edit-error', { detail }) });
      });
      return;
    }
    const files = attachments.uploads.flatMap((each) => (each.done ? [each.done] : []));
    store.send({ text: draft.trim(), ...(files.length > 0 && { attachments: files }) });
    saveDraft('');
    attachments.clear();
    onSent();
    fieldRef.current?.focus();
  };
  const error = failure?.seq === seq ? (failure?.text ?? null) : null;
  const dismiss = () => setFailure(null);
  return editing
    ? {
        text: changedText ?? editing.text,
        change: (text: string) => setChanged({ seq: editing.seq, text }),
        send,
        error,
        dismiss,
      }
    : { text: draft, change: saveDraft, send, error, dismiss };
}

function ComposerError({ text, onDismiss }: { text: string | null; onDismiss: () => void }) {
  const words = useWords();
  if (text === null) return null;
  return (
    <p className="parley-refusal" role="alert">
      <Icon name="alert" />
      <span dir="auto">{text}</span>
      <ToolButton icon="x" small label={words.say('action.close')} onClick={onDismiss} />
    </p>
  );
}

function Pick({ onFiles }: { onFiles: (files: Iterable<File>) => void }) {
  const words = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={acceptedTypes.join(',')}
        onChange={(event) => {
          const field = event.currentTarget;
          onFiles([...(field.files ?? [])]);
          field.value = '';
        }}
      />
      <ToolButton icon="clip" label={words.say('composer.attach')} onClick={() => input.current?.click()} />
    </>
  );
}

interface HintProps {
  id: string;
  length: number;
  editing: boolean;
  waiting: boolean;
}

function Hint({ id, length, editing, waiting }: HintProps) {
  const words = useWords();
  const max = limits.textLength;
  const over = length - max;
  const counted = over > -countFrom;
  const text =
    over > 0
      ? words.say('composer.over', { count: over })
      : counted
        ? words.say('composer.limit', { used: length, max })
        : waiting
          ? words.say('composer.wait')
          : words.say(editing ? 'composer.rules-edit' : 'composer.rules');
  return (
    <p
      id={id}
      className={classes('parley-hint', over > 0 && 'parley-bad', !counted && !waiting && 'parley-rules')}
    >
      {text}
    </p>
  );
}
