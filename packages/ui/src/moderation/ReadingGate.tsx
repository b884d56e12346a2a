import { useEffect, useId, useRef, useState } from 'react';
import type { ModerationConversation } from '@parley/protocol';
import { limits } from '@parley/protocol/limits';
import { AddressLink } from '../address/AddressLink.tsx';
import { useMe } from '../hooks/stores.ts';
import { PanelIcon } from './PanelIcon.tsx';
import { reasonsFor, writeReason, type ReasonKey } from './reasons.ts';
import { useModerationWords } from './use-moderation-words.ts';
import type { Reading } from './use-reading.ts';

export interface ReadingGateProps {
  base: string;
  known: ModerationConversation | null;
  reading: Reading;
}

/** Asks why, before anything private is shown. The bars under it are invented: no text has come to this browser yet. */
export function ReadingGate({ base, known, reading }: ReadingGateProps) {
  return (
    <div className="parley-mod-glass">
      <InventedBars />
      <GateForm base={base} known={known} reading={reading} />
    </div>
  );
}

function InventedBars() {
  return (
    <div className="parley-mod-bones" aria-hidden="true">
      {Array.from({ length: 8 }, (_none, index) => (
        <div key={index}>
          <i />
          <span>
            <i />
            <i />
            <i />
          </span>
        </div>
      ))}
    </div>
  );
}

function GateForm({ base, known, reading }: ReadingGateProps) {
  const words = useModerationWords();
  const id = useId();
  const me = useMe();
  const [key, setKey] = useState<ReasonKey | null>(null);
  const [note, setNote] = useState('');
  const [missing, setMissing] = useState<'reason' | 'note' | null>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  const choices = reasonsFor(me?.role);
  const noteNeeded = choices.find((choice) => choice.key === key)?.noteNeeded ?? false;
  const submit = () => {
    const lacking = key === null ? 'reason' : noteNeeded && note.trim() === '' ? 'note' : null;
    setMissing(lacking);
    if (key === null || lacking) return;
    void reading.start(writeReason(key, note).slice(0, limits.reasonLength));
  };
  const complaint = gateComplaint(words, missing, reading);
  return (
    <form
      className="parley-mod-card parley-mod-gate"
      aria-labelledby={`${id}-title`}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="parley-mod-in">
        <div>
          <h2 id={`${id}-title`} ref={title} tabIndex={-1}>
            {words.say('mod.gate.title')}
          </h2>
          <p className="parley-mod-quiet">
            {known
              ? words.say('mod.gate.private', { buyer: known.buyer.name, store: known.store.name })
              : words.say('mod.gate.private-unknown')}
          </p>
        </div>
        <ReasonChoice name={`${id}-reason`} choices={choices} value={key} onChange={setKey} />
        <NoteField id={`${id}-note`} value={note} needed={noteNeeded} onChange={setNote} />
        <p className="parley-mod-said">
          <PanelIcon name="eye" />
          <span>
            {words.fill('mod.gate.recorded-how', { strong: <b key="b">{words.say('mod.gate.recorded')}</b> })}
          </span>
        </p>
        {complaint !== null && (
          <p className="parley-error" role="alert">
            {complaint}
          </p>
        )}
      </div>
      <footer>
        <AddressLink className="parley-mod-button" href={`${base}/conversations`}>
          {words.say('mod.gate.cancel')}
        </AddressLink>
        <button
          type="submit"
          className="parley-mod-button parley-main parley-mod-end"
          disabled={reading.busy}
        >
          {words.say(reading.busy ? 'mod.gate.reading' : 'mod.gate.read')}
        </button>
      </footer>
    </form>
  );
}

interface ReasonChoiceProps {
  name: string;
  choices: ReturnType<typeof reasonsFor>;
  value: ReasonKey | null;
  onChange: (key: ReasonKey) => void;
}

/** None is chosen beforehand: whoever reads says why. */
function ReasonChoice({ name, choices, value, onChange }: ReasonChoiceProps) {
  const words = useModerationWords();
  return (
    <fieldset className="parley-mod-choice">
      <legend className="parley-unseen">{words.say('mod.gate.reason')}</legend>
      {choices.map(({ key }) => (
        <label key={key}>
          <input
            type="radio"
            name={name}
            value={key}
            checked={value === key}
            onChange={() => onChange(key)}
          />
          <span>
            {words.say(`mod.reason.${key}`)}
            <small>{words.say(`mod.reason.${key}-hint`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function gateComplaint(
  words: ReturnType<typeof useModerationWords>,
  missing: 'reason' | 'note' | null,
  { problem }: Reading,
): string | null {
  if (missing) return words.say(missing === 'reason' ? 'mod.gate.choose' : 'mod.gate.say-more');
  if (!problem) return null;
  if (problem.status === 0) return words.say('mod.unreached');
  return words.say('mod.error-hint', { detail: problem.detail || problem.title });
}

interface NoteFieldProps {
  id: string;
  value: string;
  needed: boolean;
  onChange: (note: string) => void;
}

function NoteField({ id, value, needed, onChange }: NoteFieldProps) {
  const words = useModerationWords();
  return (
    <div>
      <label htmlFor={id}>
        {words.say('mod.gate.note')}{' '}
        <span className="parley-mod-meta">
          {words.say(needed ? 'mod.gate.note-needed' : 'mod.gate.note-optional')}
        </span>
      </label>
      <textarea
        id={id}
        className="parley-mod-field"
        rows={2}
        maxLength={limits.reasonLength - 20}
        aria-required={needed}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
