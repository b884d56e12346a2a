import { ProblemError } from '@parley/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../actions/action.ts';
import {
  changeEmailPreferences,
  emailChanges,
  readEmailPreferences,
  type EmailChange,
  type EmailScope,
} from '../actions/email-preferences.ts';
import { invalidPage, pageStyleHash, preferencesPage } from './unsubscribe-html.ts';
import { wordsFor } from './words/catalogue.ts';

const headers = {
  'content-security-policy': `default-src 'none'; style-src '${pageStyleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  // The address carries a token: no page or log beyond may learn it.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
  'x-content-type-options': 'nosniff',
} as const;

interface TokenRoute {
  Params: { token: string };
  Querystring: { do?: unknown };
}

/**
 * `/unsubscribe/{token}`: `POST` is what a mail program's own button sends (RFC 8058: one click, no cookie, any body) and stops
 * that conversation's emails; `GET` shows a page with the button and changes nothing, since programs that scan mails follow links.
 * The page's forms say by `?do=` which of the changes they are. Needs Fastify's `maxParamLength` of 1,000 or more.
 */
export async function registerUnsubscribe(app: FastifyInstance, context: Context): Promise<void> {
  await app.register((scope) => {
    // The body says nothing that the address does not: it is taken in any type, and left unread.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 16_384 }, (_request, _body, done) =>
      done(null, undefined),
    );
    scope.get<TokenRoute>('/unsubscribe/:token', (request, reply) => show(context, request, reply));
    scope.post<TokenRoute>('/unsubscribe/:token', async (request, reply) => {
      const asked = request.query.do ?? 'stop';
      const change = emailChanges.find((one) => one === asked);
      if (change === undefined) throw new ProblemError('bad-request', 'There is no change of this name.');
      return apply(context, request, reply, change);
    });
    return Promise.resolve();
  });
}

async function apply(
  context: Context,
  request: FastifyRequest<TokenRoute>,
  reply: FastifyReply,
  change: EmailChange,
): Promise<FastifyReply> {
  const scope = scopeOf(context, request);
  if (scope !== null) await changeEmailPreferences(context, scope, change);
  return show(context, request, reply);
}

async function show(
  context: Context,
  request: FastifyRequest<TokenRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const scope = scopeOf(context, request);
  const preferences = scope && (await readEmailPreferences(context, scope));
  const html = preferences
    ? preferencesPage(preferences, wordsFor(preferences.locale))
    : invalidPage(wordsFor(null));
  return reply
    .code(preferences ? 200 : 404)
    .headers(headers)
    .type('text/html; charset=utf-8')
    .send(html);
}

function scopeOf(context: Context, request: FastifyRequest<TokenRoute>): EmailScope | null {
  return context.links.verify('unsubscribe', request.params.token);
}
