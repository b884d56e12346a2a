import type { ClipboardEvent, KeyboardEvent, RefObject } from 'react';
import { useWords } from '../words/use-words.tsx';

export interface MessageFieldProps {
  text: string;
  /** Whom one writes to. */
  name: string;
  /** The element that says what the keys do, or how much room is left. */
  hintId: string;
  editing: boolean;
  fieldRef: RefObject<HTMLTextAreaElement | null>;
  onText: (text: string) => void;
  /** Enter alone; Escape while editing; arrow up in an empty field. */
  onKey: (key: 'Enter' | 'Escape' | 'ArrowUp') => void;
  onFiles: (files: Iterable<File>) => void;
}

/** The field of the composer: it grows with its words, and tells the keys that mean something from those of an input method. */
export function MessageField(props: MessageFieldProps) {
  const { text, name, hintId, editing, fieldRef, onText, onKey, onFiles } = props;
  const words = useWords();
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      onKey('Enter');
    } else if (event.key === 'Escape' && editing) {
      event.stopPropagation();
      onKey('Escape');
    } else if (event.key === 'ArrowUp' && text === '' && !editing) onKey('ArrowUp');
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0 || editing) return;
    event.preventDefault();
    onFiles(files);
  };
  return (
    <div className="parley-writing">
      {/* the same words below the field let it grow, as a textarea alone does not */}
      <div className="parley-mirror" dir="auto" aria-hidden="true">
        {text}{' '}
      </div>
      <textarea
        ref={fieldRef}
        rows={1}
        dir={text === '' ? undefined : 'auto'}
        value={text}
        aria-label={words.say('composer.field', { name })}
        aria-describedby={hintId}
        placeholder={words.say('composer.hint', { name })}
        enterKeyHint="send"
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
    </div>
  );
}

/** Whether an input method is at work: its Enter and Escape are its own. */
function isComposing(event: KeyboardEvent): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari says the Enter that ends a composition in no other way than 229
  return event.nativeEvent.isComposing || event.keyCode === 229;
}
