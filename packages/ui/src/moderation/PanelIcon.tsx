import { classes } from '../primitives/class-names.ts';

/** The panel's drawings on a 16 px grid: 1.5 px stroke, round joins. They stand apart so that the inbox does not carry them. */
const paths = {
  chats: 'M2 3h8.5v6H6L3.5 11.2V9H2zM12.5 6H14v6h-1.2v2l-2.4-2H7.5',
  log: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  search: 'M2.5 7a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0M10 10l3.5 3.5',
  x: 'm4.5 4.5 7 7M11.5 4.5l-7 7',
  newer: 'M10 3.5 5.5 8l4.5 4.5',
  older: 'm6 3.5 4.5 4.5L6 12.5',
  plus: 'M8 3.5v9M3.5 8h9',
  swap: 'M3 6h9.5L10 3.5M13 10H3.5L6 12.5',
  lock: 'M4.7 7h6.6a1.2 1.2 0 0 1 1.2 1.2v4.1a1.2 1.2 0 0 1 -1.2 1.2h-6.6a1.2 1.2 0 0 1 -1.2 -1.2v-4.1a1.2 1.2 0 0 1 1.2 -1.2zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  flag: 'M3.5 14V2.5M3.5 3h8L9.8 5.8l1.7 2.7h-8',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM6.2 8a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0 -3.6 0',
  alert: 'M2.25 8a5.75 5.75 0 1 0 11.5 0a5.75 5.75 0 1 0 -11.5 0M8 5v3.5M8 10.8h.01',
  clip: 'm13 7.5-5 5A3 3 0 0 1 3.7 8.2l5.5-5.4a2 2 0 0 1 2.9 2.8L6.7 11a1 1 0 0 1-1.4-1.4l4.7-4.7',
  redact:
    'M2 4h12M2 12h6M3 6.5h7a.5.5 0 0 1 .5.5v2a.5.5 0 0 1 -.5.5h-7a.5.5 0 0 1 -.5 -.5v-2a.5.5 0 0 1 .5 -.5z',
  pencil: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3',
  box: 'M8 2l5.5 2.8v6.4L8 14l-5.5-2.8V4.8zM2.5 4.8 8 7.6l5.5-2.8M8 7.6V14',
  chat: 'M3 3h10v7H8l-3 2.5V10H3z',
  shield: 'M8 2 3 3.8v4C3 10.8 5.2 13 8 14c2.8-1 5-3.2 5-6.2v-4z',
} as const;

export type PanelIconName = keyof typeof paths;

const turning: ReadonlySet<PanelIconName> = new Set(['newer', 'older']);

/** A drawing for the eye alone: what it means stands in words beside it. */
export function PanelIcon({ name, className }: { name: PanelIconName; className?: string }) {
  return (
    <svg
      className={classes('parley-mod-icon', turning.has(name) && 'parley-flip', className)}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
