import { html, type Html } from '../pages/html.ts';
import { document } from '../pages/layout.ts';
import type { Mail, MailAddress, MailSummary } from './mailbox.ts';

/** How one mail may be looked at. */
export const views = { mail: 'Email', text: 'Text', source: 'Source' } as const;
export type View = keyof typeof views;

/** What the page shows: the mails to one address or to all, and the opened one. */
export interface MailboxView {
  readonly mails: readonly MailSummary[];
  /** Everybody who ever got one, for the filter. */
  readonly people: readonly MailAddress[];
  readonly to: string | undefined;
  readonly mail: Mail | null;
  readonly view: View;
  /** The demo's bar, where the page stands in the demo. */
  readonly bar: Html | false;
}

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
/** Characters of a source that are shown; attachments are long. */
const sourceLength = 200_000;

/** The whole page. It works without its script, which only brings in new mails as they arrive. */
export function mailboxPage(state: MailboxView): string {
  const { mail } = state;
  return document({
    title: `${mail ? `${mail.subject} · ` : ''}Mailbox · Kiln & Lens`,
    head: html`<link rel="stylesheet" href="/mailbox/mailbox.css" />
      <script src="/mailbox/mailbox.js" defer></script>`,
    class: 'full',
    body: [
      state.bar,
      html`<main class="mailbox${mail && ' open'}">
        <section class="mails" aria-label="Emails">
          <header>
            <h1>Mailbox</h1>
            <p class="dim">Every email of this demo, whoever it is for. None leaves this computer.</p>
            ${filter(state)}
          </header>
          <div id="list">${list(state)}</div>
        </section>
        ${mail ? opened(mail, state) : nothingOpen(state)}
        <p class="vh" role="status" id="news"></p>
      </main>`,
    ],
  });
}

function address(state: MailboxView, id: string, query: Record<string, string | undefined> = {}): string {
  const entries = Object.entries({ to: state.to, ...query }).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(entries.map(([name, value]) => [name, value ?? ''])).toString();
  return `/mailbox${id === '' ? '' : `/${id}`}${text === '' ? '' : `?${text}`}`;
}

function filter(state: MailboxView): Html | false {
  if (state.people.length < 2) return false;
  const link = (to: string | undefined, label: string) =>
    html`<a href="${address(state, '', { to })}" ${to === state.to && html`aria-current="true"`}
      >${label}</a
    >`;
  return html`<nav class="filter" aria-label="Emails to">
    ${link(undefined, 'Everybody')}
    ${chosenFirst(state).map((person) => link(person.address, nameOf(person)))}
  </nav>`;
}

/** With many people the filter scrolls; the one that holds stays in sight. */
function chosenFirst({ people, to }: MailboxView): MailAddress[] {
  return [...people].sort((a, b) => Number(b.address === to) - Number(a.address === to));
}

function list(state: MailboxView): Html {
  if (state.mails.length === 0)
    return html`<div class="none">
      <h2>No emails yet</h2>
      <p>
        Write to a seller from any listing in <a href="/">the shop</a>, and wait half a minute: when the other
        side has not read it by then, an email to them shows up here by itself.
      </p>
    </div>`;
  return html`<ul>
    ${state.mails.map((mail) => row(mail, state))}
  </ul>`;
}

function row(mail: MailSummary, state: MailboxView): Html {
  return html`<li>
    <a
      href="${address(state, mail.id)}"
      class="${!mail.seen && 'new'}"
      ${mail.id === state.mail?.id && html`aria-current="true"`}
    >
      <span class="line"
        ><span class="to" dir="auto">To ${mail.to.map(nameOf).join(', ')}</span
        ><time datetime="${mail.at.toISOString()}">${moment(mail.at)}</time></span
      >
      <b dir="auto">${!mail.seen && html`<span class="vh">New: </span>`}${mail.subject}</b>
      <span class="dim" dir="auto">${mail.preview}</span>
    </a>
  </li>`;
}

function nothingOpen({ mails }: MailboxView): Html {
  return html`<section class="mail empty" aria-label="Email">
    ${mails.length > 0 && html`<p class="dim">Choose an email to read it here.</p>`}
  </section>`;
}

function opened(mail: Mail, state: MailboxView): Html {
  return html`<section class="mail" aria-label="Email">
    <header>
      <a class="back" href="${address(state, '')}">← All emails</a>
      <h2 dir="auto">${mail.subject}</h2>
      <dl>
        <dt>From</dt>
        <dd dir="auto">${whole(mail.from)}</dd>
        <dt>To</dt>
        <dd dir="auto">${mail.to.map(whole).join(', ')}</dd>
        <dt>Arrived</dt>
        <dd><time datetime="${mail.at.toISOString()}">${full.format(mail.at)}</time></dd>
      </dl>
      <nav class="filter" aria-label="Show as">
        ${Object.entries(views).map(
          ([view, label]) =>
            html`<a
              href="${address(state, mail.id, { view: view === 'mail' ? undefined : view })}"
              ${view === state.view && html`aria-current="true"`}
              >${label}</a
            >`,
        )}
      </nav>
    </header>
    ${content(mail, state.view)}
  </section>`;
}

function content(mail: Mail, view: View): Html {
  if (view === 'source') return html`<pre tabindex="0">${mail.source.slice(0, sourceLength)}</pre>`;
  if (view === 'text' || mail.html === null)
    return html`<pre tabindex="0" dir="auto">${withLinks(mail.text)}</pre>`;
  return html`<iframe
    src="/mailbox/${mail.id}/body"
    title="The email as its reader sees it"
    sandbox="allow-popups allow-popups-to-escape-sandbox"
    referrerpolicy="no-referrer"
  ></iframe>`;
}

function withLinks(text: string): Html[] {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) =>
      index % 2 === 1
        ? html`<a href="${part}" target="_blank" rel="noopener noreferrer">${part}</a>`
        : html`${part}`,
    );
}

function nameOf({ name, address }: MailAddress): string {
  return name === '' ? address : name;
}

function whole({ name, address }: MailAddress): string {
  return name === '' ? address : `${name} <${address}>`;
}

function moment(at: Date): string {
  return at.toDateString() === new Date().toDateString() ? time.format(at) : day.format(at);
}
