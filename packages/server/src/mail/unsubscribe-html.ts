import { createHash } from 'node:crypto';
import type { EmailPreferences } from '../actions/email-preferences.ts';
import { displayName, oneLine } from './plain-words.ts';
import type { Words } from './words/catalogue.ts';

const style = `:root{color-scheme:light dark}
body{margin:0;padding:48px 16px;background:light-dark(#f6f7f8,#0e1013);color:light-dark(#171b21,#eceff2);font:400 15px/22px ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:520px;margin:0 auto}
h1{margin:0 0 16px;font-size:24px;line-height:32px;letter-spacing:-.02em}
section{padding:24px;border:1px solid light-dark(#e1e4e8,#2e343b);border-radius:12px;background:light-dark(#fff,#15181c)}
section+section{margin-top:12px}
h2{margin:0;font-size:15px;line-height:22px}
p{margin:2px 0 0;overflow-wrap:anywhere;color:light-dark(#566070,#a3adb9)}
p[role=status]{color:inherit;font-weight:600}
form{margin:16px 0 0}
button{min-height:44px;padding:10px 18px;border:1px solid light-dark(#171b21,#eceff2);border-radius:10px;background:none;color:inherit;font:inherit;font-weight:600;cursor:pointer}
button.main{border-color:transparent;background:light-dark(#0f6b5c,#4cc3ad);color:light-dark(#fff,#06231e)}
button:focus-visible{outline:2px solid light-dark(#0b57d0,#8ab4f8);outline-offset:2px}`;

/** For `style-src`: the pages have this one style block, and no script. */
export const pageStyleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;

/** What holds for the reader's emails, with a button for each thing that can be changed. Plain forms, no script. */
export function preferencesPage(preferences: EmailPreferences, words: Words): string {
  const { conversationOff, allOff, otherName, title } = preferences;
  const about = words.say('page.about', {
    name: displayName(otherName) || words.say('somebody'),
    title: oneLine(title, 120),
  });
  const one = conversationOff
    ? `<p role="status">${escape(words.say('page.off'))}</p>${form('resume', words.say('page.resume'))}`
    : `<p>${escape(words.say('page.on'))}</p>${form('stop', words.say('page.stop'), 'main')}`;
  const all = allOff
    ? `<p role="status">${escape(words.say('page.all-off'))}</p>${form('resume-all', words.say('page.resume-all'))}`
    : `<p>${escape(words.say('page.all-on'))}</p>${form('stop-all', words.say('page.stop-all'))}`;
  return page(
    words,
    words.say('page.title'),
    `<section><h2>${escape(words.say('page.conversation'))}</h2><p>${escape(about)}</p>${one}</section>
<section><h2>${escape(words.say('page.all'))}</h2>${all}</section>`,
  );
}

/** For a token that is forged, cut, too old, or of somebody who is gone. */
export function invalidPage(words: Words): string {
  return page(
    words,
    words.say('page.invalid'),
    `<section><p>${escape(words.say('page.invalid-hint'))}</p></section>`,
  );
}

function form(change: string, label: string, className = ''): string {
  return `<form method="post" action="?do=${change}"><button class="${className}">${escape(label)}</button></form>`;
}

function page(words: Words, title: string, content: string): string {
  return `<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${style}</style></head>
<body><main><h1>${escape(title)}</h1>
${content}</main></body></html>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => entities[character] ?? '');
}
