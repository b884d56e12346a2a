import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Html } from '../pages/html.ts';
import { escapeHtml } from '../pages/html.ts';
import type { Mailbox, MailAddress } from './mailbox.ts';
import { mailboxPage, type View } from './mailbox-page.ts';

export interface MailboxRoutesOptions {
  readonly mailbox: Mailbox;
  /** The demo's bar above the page, for who is looking. */
  readonly bar?: (request: FastifyRequest) => Html;
}

interface PageRoute {
  Params: { id?: string };
  Querystring: { to?: unknown; view?: unknown };
}

const pagePolicy =
  "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
// A mail is a stranger's page: no script, no form, an origin of its own even when it is opened by its address.
const mailPolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'";
/** Milliseconds between signs of life to a page that listens. */
const heartbeat = 15_000;

/** `/mailbox`: the list, a mail, its body in a frame, and the stream of what arrives. */
export async function addMailboxRoutes(
  app: FastifyInstance,
  { mailbox, bar }: MailboxRoutesOptions,
): Promise<void> {
  const page = async (request: FastifyRequest<PageRoute>, reply: FastifyReply) => {
    const { id } = request.params;
    const mail = id === undefined ? null : await mailbox.get(id);
    if (id !== undefined && mail === null) return reply.redirect('/mailbox');
    if (mail !== null) await mailbox.markSeen(mail.id);
    const to = typeof request.query.to === 'string' && request.query.to !== '' ? request.query.to : undefined;
    const body = mailboxPage({
      mails: mailbox.list(to),
      people: peopleOf(mailbox),
      to,
      mail,
      view: viewOf(request.query.view),
      bar: bar ? bar(request) : false,
    });
    return reply
      .headers({ 'content-security-policy': pagePolicy, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(body);
  };
  app.get<PageRoute>('/mailbox', page);
  app.get<PageRoute>('/mailbox/:id', page);
  app.get<{ Params: { id: string } }>('/mailbox/:id/body', async (request, reply) => {
    const mail = await mailbox.get(request.params.id);
    if (mail === null) return reply.code(404).send();
    return reply
      .headers({
        'content-security-policy': mailPolicy,
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      })
      .type('text/html; charset=utf-8')
      .send(inNewTabs(mail.html ?? `<pre>${escapeHtml(mail.text)}</pre>`));
  });
  addStream(app, mailbox);
  return Promise.resolve();
}

/** Server-sent events: a page that listens hears of each mail, and fetches the list anew. */
function addStream(app: FastifyInstance, mailbox: Mailbox): void {
  const open = new Set<FastifyReply>();
  app.get('/mailbox/events', (request, reply) => {
    reply.hijack();
    // Closed with the stream's end, not kept for a next request: the server's stop would wait for it.
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' };
    reply.raw.writeHead(200, headers);
    reply.raw.write('retry: 2000\n\n');
    open.add(reply);
    const end = mailbox.onMail(({ id, subject, to }) => {
      const news = { id, subject, to: to.map(({ name, address }) => name || address).join(', ') };
      reply.raw.write(`event: mail\ndata: ${JSON.stringify(news)}\n\n`);
    });
    const beat = setInterval(() => reply.raw.write(':\n\n'), heartbeat);
    request.raw.once('close', () => {
      clearInterval(beat);
      end();
      open.delete(reply);
    });
  });
  // A stream never ends by itself, and would hold up the stop.
  app.addHook('preClose', (done) => {
    for (const reply of open) reply.raw.end();
    done();
  });
}

function inNewTabs(html: string): string {
  const base = '<base target="_blank">';
  const head = /<head[^>]{0,200}>/i.exec(html);
  if (head === null) return base + html;
  const end = head.index + head[0].length;
  return html.slice(0, end) + base + html.slice(end);
}

function peopleOf(mailbox: Mailbox): MailAddress[] {
  const people = new Map(mailbox.list().flatMap((mail) => mail.to.map((person) => [person.address, person])));
  return [...people.values()].sort((a, b) => a.address.localeCompare(b.address));
}

function viewOf(word: unknown): View {
  return word === 'text' || word === 'source' ? word : 'mail';
}
