import { useEffect, useId, useState } from 'react';
import { PanelIcon } from './PanelIcon.tsx';

export interface SearchFieldProps {
  label: string;
  /** What is searched for now. */
  value: string;
  /** Called when somebody presses Enter, leaves the field or empties it: not at every key, since each search is recorded. */
  onSearch: (text: string) => void;
}

/** A search field that waits for Enter. */
export function SearchField({ label, value, onSearch }: SearchFieldProps) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const search = (next: string) => {
    if (next.trim() !== value) onSearch(next.trim());
  };
  return (
    <form
      className="parley-mod-search"
      onSubmit={(event) => {
        event.preventDefault();
        search(text);
      }}
    >
      <label className="parley-unseen" htmlFor={id}>
        {label}
      </label>
      <PanelIcon name="search" />
      <input
        id={id}
        className="parley-mod-field"
        type="search"
        enterKeyHint="search"
        autoComplete="off"
        maxLength={200}
        placeholder={label}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value === '') search('');
        }}
      />
    </form>
  );
}
