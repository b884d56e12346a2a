import { ProblemError } from '@parley/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { signUserToken } from '../actions/user-token.ts';
import { opens } from '../domain/scope.ts';
import { readSession, sessionCookie, type Session } from './cookies.ts';
import { sendNotice } from './notice-page.ts';
import type { RoutesOptions } from './routes.ts';

/** Seconds that a session of a signed-in person lasts, and one that a link began. */
const sessionSeconds = { full: 12 * 3600, narrowed: 7 * 86_400 };
/** Seconds that a page's user token is good for; the page fetches the next one in time. */
const tokenSeconds = 900;

const expiredLink = {
  title: 'This link has expired',
  text: 'Links in emails open a conversation for 30 days. Sign in to the marketplace to read on, or use the link of a newer email.',
};
const wrongToken = {
  title: 'You are not signed in',
  text: 'The sign-in that brought you here has expired. Go back to the marketplace, and open your messages from there.',
};

/**
 * Sessions of the hosted pages. A user token of the marketplace's, or the link of an email, becomes a cookie; the page changes it for
 * short user tokens, so that the link itself is in no page's address.
 */
export function addSessions(app: FastifyInstance, options: RoutesOptions): void {
  addTokenSignIn(app, options);
  addLinkSignIn(app, options);
  addPageTokens(app, options);
}

interface TokenSignIn {
  Querystring: { token?: unknown; to?: unknown };
}

function addTokenSignIn(app: FastifyInstance, { context, authenticator, limiter }: RoutesOptions): void {
  const { links, config } = context;
  app.get<TokenSignIn>('/session', async (request, reply) => {
    limiter.require('addresses', request.ip);
    const { token, to } = request.query;
    try {
      const { asker } = await authenticator.authenticatePerson(typeof token === 'string' ? token : '');
      const cookie = sessionCookie(links, sessionOf(asker), lifetime(asker), isSecure(config.publicUrl));
      return await reply
        .headers({ 'set-cookie': cookie, 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
        .redirect(ownPath(to, config.publicUrl), 303);
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status < 500)
        return sendNotice(reply, error.problem.status, wrongToken);
      throw error;
    }
  });
}

interface LinkSignIn {
  Params: { id: string };
  Querystring: { t?: unknown };
}

function addLinkSignIn(app: FastifyInstance, { context, limiter }: RoutesOptions): void {
  const { links, config } = context;
  app.addHook<LinkSignIn>('preHandler', async (request, reply) => {
    if (request.routeOptions.url !== '/c/:id' || request.query.t === undefined) return;
    limiter.require('addresses', request.ip);
    const { id } = request.params;
    const claims = typeof request.query.t === 'string' ? links.verify('conversation', request.query.t) : null;
    const session = readSession(links, request.headers.cookie);
    const isLinkGood = claims?.conversationId === id.toLowerCase();
    const isOpen = session !== null && opens(session.conversationId, id);
    if (!isLinkGood && !isOpen) return sendNotice(reply, 410, expiredLink);
    void reply.headers({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    if (isLinkGood && !(isOpen && session.userId === claims.userId))
      void reply.header('set-cookie', linkCookie(links, claims, config.publicUrl));
    return reply.redirect(`/c/${encodeURIComponent(id)}`, 303);
  });
}

function linkCookie(
  links: RoutesOptions['context']['links'],
  { userId, conversationId }: { userId: string; conversationId: string },
  publicUrl: string,
): string {
  const session: Session = { purpose: 'session', userId, conversationId };
  return sessionCookie(links, session, sessionSeconds.narrowed, isSecure(publicUrl));
}

function addPageTokens(app: FastifyInstance, { context, limiter }: RoutesOptions): void {
  const { links, config } = context;
  app.post('/session/token', async (request, reply) => {
    limiter.require('addresses', request.ip);
    refuseOtherSites(request, config.publicUrl);
    const session = readSession(links, request.headers.cookie);
    if (session === null)
      throw new ProblemError('unauthenticated', 'There is no session; sign in to the marketplace.');
    const { token, expiresAt } = await signUserToken(config.secret, session, tokenSeconds);
    return reply.header('cache-control', 'no-store').send({ token, expiresAt: expiresAt.toISOString() });
  });
}

/** Browsers say whose page asks: `Sec-Fetch-Site`, older ones `Origin`. Who says neither is no page. */
function refuseOtherSites({ headers }: FastifyRequest, publicUrl: string): void {
  const site = headers['sec-fetch-site'];
  const isOwn =
    site === undefined
      ? headers.origin === publicUrl || headers.origin === `http://${headers.host ?? ''}`
      : site === 'same-origin';
  if (!isOwn) throw new ProblemError('forbidden', "Only Parley's own pages may ask for this.");
}

function sessionOf(asker: { userId: string; conversationId?: string }): Session {
  return {
    purpose: 'session',
    userId: asker.userId,
    ...(asker.conversationId !== undefined && { conversationId: asker.conversationId }),
  };
}

function lifetime(asker: { conversationId?: string }): number {
  return asker.conversationId === undefined ? sessionSeconds.full : sessionSeconds.narrowed;
}

function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}

/** A path on this very site, `/inbox` for everything else: `//evil.example`, `/\evil.example` and whole addresses lead elsewhere. */
export function ownPath(to: unknown, publicUrl: string): string {
  const fallback = '/inbox';
  if (typeof to !== 'string' || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(to) || !URL.canParse(to, publicUrl))
    return fallback;
  const url = new URL(to, publicUrl);
  return url.origin === publicUrl && !url.pathname.startsWith('//')
    ? `${url.pathname}${url.search}${url.hash}`
    : fallback;
}
