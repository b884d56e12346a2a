import type { CSSProperties } from 'react';

// Mail programs know neither custom properties nor light-dark(), so these are the light values; darkStyles turns them where a program
// reads style blocks.
const face = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif" as const;
const ink = '#171b21';
const quiet = '#566070';

function type(weight: number, size: number, line: number, color: string): CSSProperties {
  return { margin: 0, font: `${weight} ${size}px/${line}px ${face}`, color };
}

/** Named styles, typed by their names alone: spelled out, their type is longer than a declaration file takes. */
function named<Name extends string>(all: Record<Name, CSSProperties>): Readonly<Record<Name, CSSProperties>> {
  return all;
}

export const styles = named({
  body: { margin: 0, padding: 0, backgroundColor: '#f6f7f8' },
  outer: { padding: '32px 16px' },
  width: { width: '100%', maxWidth: '600px' },
  market: { ...type(600, 15, 20, ink), padding: '0 8px 16px' },
  card: { backgroundColor: '#ffffff', border: '1px solid #e1e4e8', borderRadius: '12px' },
  top: { padding: '32px 32px 0' },
  messages: { padding: '24px 32px 0' },
  action: { padding: '20px 32px 0' },
  bottom: { padding: '28px 32px' },
  faceCell: { width: '60px', verticalAlign: 'middle' },
  heading: { ...type(600, 20, 26, ink), letterSpacing: '-0.01em' },
  about: { ...type(400, 14, 20, quiet), marginTop: '2px' },
  strong: { fontWeight: 600 },
  gap: { marginBottom: '8px' },
  say: { backgroundColor: '#eceef0', borderRadius: '14px', padding: '12px 16px' },
  text: { ...type(400, 16, 24, ink), overflowWrap: 'anywhere', wordBreak: 'break-word' },
  file: { ...type(400, 14, 22, quiet), fontStyle: 'italic', overflowWrap: 'anywhere' },
  meta: { ...type(400, 12, 16, quiet), marginTop: '4px' },
  notice: { ...type(400, 13, 20, quiet), padding: '4px 16px 8px', textAlign: 'center' },
  buttonCell: { backgroundColor: '#0f6b5c', borderRadius: '10px' },
  button: {
    ...type(600, 16, 20, '#ffffff'),
    display: 'inline-block',
    padding: '12px 22px',
    textDecoration: 'none',
    borderRadius: '10px',
    backgroundColor: '#0f6b5c',
  },
  hint: { ...type(400, 13, 20, quiet), marginTop: '12px' },
  rule: { borderTop: '1px solid #e1e4e8' },
  pictureCell: { width: '72px', paddingTop: '20px', verticalAlign: 'middle' },
  picture: { display: 'block', width: '56px', height: '56px', borderRadius: '10px', objectFit: 'cover' },
  listingCell: { paddingTop: '20px', verticalAlign: 'middle' },
  listing: { ...type(600, 15, 20, ink), overflowWrap: 'anywhere' },
  facts: { ...type(400, 13, 20, quiet), marginTop: '2px' },
  foot: { ...type(400, 12, 18, quiet), padding: '20px 8px 0' },
  footLink: { color: quiet, textDecoration: 'underline' },
});

/** For programs that read style blocks (Apple Mail, Outlook on phones and Mac); the mail is whole without it. */
export const darkStyles = `:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 480px) { .pad { padding-left: 20px !important; padding-right: 20px !important; } }
@media (prefers-color-scheme: dark) {
  .bg { background-color: #0e1013 !important; } .card { background-color: #15181c !important; border-color: #2e343b !important; }
  .say { background-color: #262b31 !important; } .rule { border-color: #2e343b !important; }
  .t1 { color: #eceff2 !important; } .t2 { color: #a3adb9 !important; } .btn { background-color: #4cc3ad !important; color: #06231e !important; }
}`;
