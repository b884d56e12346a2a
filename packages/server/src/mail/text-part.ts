import type { MailContent, Said } from './content.ts';

/** The mail as plain text, for programs and people that read no HTML. */
export function textPart(content: MailContent): string {
  const { heading, about, title, first, more, button, hint, listingFacts, why, holds, stop, settings } =
    content;
  const blocks = [
    [heading, `${about} ${title}${first === null ? '' : ` · ${first}`}`],
    ...content.said.map(saidLines),
    more === null ? [] : [more],
    [`${button.label}:`, button.url],
    [hint],
    [title, listingFacts].filter((line) => line !== ''),
    // The signature's mark (RFC 3676, 4.3): mail programs fold away what follows.
    ['-- ', why, ...(holds === null ? [] : [holds])],
    [`${stop.label}:`, stop.url, `${settings.label}:`, settings.url],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function saidLines({ kind, text, files, meta }: Said): string[] {
  if (kind === 'notice') return [`* ${text}`];
  const said = text === '' ? [] : text.split('\n').map((line) => `> ${line}`);
  return [...said, ...files.map((file) => `> (${file})`), `  ${meta}`];
}
