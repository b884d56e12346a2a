import { useId, useState, type ReactNode } from 'react';
import type { Filters } from './filters.ts';
import { PanelIcon } from './PanelIcon.tsx';
import { useModerationWords } from './use-moderation-words.ts';

/** One thing to filter by. */
export interface FilterField<K extends string> {
  readonly key: K;
  readonly label: string;
  readonly kind: 'id' | 'date' | 'choice';
  /** For `choice`. */
  readonly choices?: readonly string[];
  /** How its value is said on its chip; default: as it is. */
  readonly say?: (value: string) => string;
}

export interface FilterBarProps<K extends string> {
  label: string;
  fields: readonly FilterField<K>[];
  filters: Filters<K>;
  onChange: (filters: Filters<K>) => void;
  onClear: () => void;
  /** The search field, where there is one. */
  children?: ReactNode;
}

/** A chip for each filter that holds, and a form for the others behind one button. */
export function FilterBar<K extends string>(props: FilterBarProps<K>) {
  const { label, fields, filters, onChange, onClear, children } = props;
  const words = useModerationWords();
  const id = useId();
  const [open, setOpen] = useState(false);
  const held = fields.filter(({ key }) => filters[key] !== undefined);
  const without = (key: K) => ({ ...filters, [key]: '' });
  return (
    <div className="parley-mod-bar" role="search" aria-label={label}>
      {children}
      {held.map((field) => (
        <FilterChip
          key={field.key}
          label={field.label}
          value={field.say?.(filters[field.key] ?? '') ?? filters[field.key] ?? ''}
          onRemove={() => onChange(without(field.key))}
        />
      ))}
      <button
        type="button"
        className="parley-mod-filter parley-add"
        aria-expanded={open}
        aria-controls={`${id}-form`}
        onClick={() => setOpen(!open)}
      >
        <PanelIcon name="plus" />
        {words.say('mod.filter')}
      </button>
      {Object.values(filters).some(Boolean) && (
        <button type="button" className="parley-mod-button parley-bare parley-small" onClick={onClear}>
          {words.say('mod.filter.clear')}
        </button>
      )}
      <div id={`${id}-form`} className="parley-mod-form" hidden={!open}>
        {open && (
          <FilterForm
            fields={fields}
            filters={filters}
            onApply={(next) => {
              setOpen(false);
              onChange(next);
            }}
          />
        )}
      </div>
    </div>
  );
}

function FilterChip({ label, value, onRemove }: { label: string; value: string; onRemove: () => void }) {
  const words = useModerationWords();
  return (
    <span className="parley-mod-filter">
      <span className="parley-mod-one">
        {label} <b>{value}</b>
      </span>
      <button type="button" aria-label={words.say('mod.filter.remove', { name: label })} onClick={onRemove}>
        <PanelIcon name="x" />
      </button>
    </span>
  );
}

interface FilterFormProps<K extends string> {
  fields: readonly FilterField<K>[];
  filters: Filters<K>;
  onApply: (filters: Filters<K>) => void;
}

function FilterForm<K extends string>({ fields, filters, onApply }: FilterFormProps<K>) {
  const words = useModerationWords();
  const id = useId();
  const [values, setValues] = useState(filters);
  const set = (key: K, value: string) => setValues((last) => ({ ...last, [key]: value }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onApply(values);
      }}
    >
      {fields.map((field) => (
        <div key={field.key}>
          <label htmlFor={`${id}-${field.key}`}>{field.label}</label>
          <FilterInput
            id={`${id}-${field.key}`}
            field={field}
            value={values[field.key] ?? ''}
            onChange={(value) => set(field.key, value)}
          />
        </div>
      ))}
      <button type="submit" className="parley-mod-button parley-main">
        {words.say('mod.filter.apply')}
      </button>
    </form>
  );
}

interface FilterInputProps {
  id: string;
  field: FilterField<string>;
  value: string;
  onChange: (value: string) => void;
}

function FilterInput({ id, field, value, onChange }: FilterInputProps) {
  const words = useModerationWords();
  const shared = { id, value, className: 'parley-mod-field' };
  if (field.kind === 'choice') {
    const known = field.choices ?? [];
    const choices = value === '' || known.includes(value) ? known : [value, ...known];
    return (
      <select {...shared} onChange={(event) => onChange(event.target.value)}>
        <option value="">{words.say('mod.filter.any')}</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {field.say?.(choice) ?? choice}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...shared}
      type={field.kind === 'date' ? 'date' : 'text'}
      autoComplete="off"
      maxLength={128}
      {...(field.kind === 'id' && { placeholder: words.say('mod.filter.id-hint') })}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
