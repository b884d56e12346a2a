import { PanelIcon } from './PanelIcon.tsx';

const hues: Readonly<Record<string, string>> = {
  payment: 'payment',
  scam: 'scam',
  prohibited: 'prohibited',
  spam: 'spam',
  report: 'report',
};

/** A flag's label: its hue and its underline are the same wherever it stands; a report has a flag drawn beside it. */
export function LabelChip({ label, text = label }: { label: string; text?: string }) {
  return (
    <span className="parley-mod-chip" data-label={hues[label] ?? 'contact'}>
      {label === 'report' && <PanelIcon name="flag" />}
      <span className="parley-mod-chip-text">{text}</span>
    </span>
  );
}
