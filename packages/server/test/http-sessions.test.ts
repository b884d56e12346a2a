import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownPath } from '../src/http/sessions.ts';
import {
  apiKey,
  readProblem,
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from './support/running-service.ts';

let service: TestService;
let mine: string;
let other: string;

beforeAll(async () => {
  service = await startTestService();
  await seedShop(service);
  await service.ask('putListing', { params: { id: 'cup' }, body: { storeId: 'clay', title: 'Cup' } });
  mine = await openAbout('bowl');
  other = await openAbout('cup');
});
afterAll(() => service.close());

async function openAbout(listingId: string): Promise<string> {
  const opened = await service.ask('openConversation', {
    as: await tokenFor('john'),
    body: { listingId, text: 'Hello', clientId: 'c-1' },
  });
  return opened.conversation.id;
}

function visit(path: string, cookie?: string): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    redirect: 'manual',
    headers: { ...(cookie !== undefined && { cookie }) },
  });
}

/** The cookie that an answer sets, as a browser sends it back. */
function cookieOf(response: Response): string {
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

function askToken(
  cookie: string,
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
): Promise<Response> {
  return fetch(`${service.url}/session/token`, { method: 'POST', headers: { cookie, ...headers } });
}

async function pageToken(cookie: string): Promise<string> {
  const answer: unknown = await (await askToken(cookie)).json();
  if (typeof answer === 'object' && answer !== null && 'token' in answer) return String(answer.token);
  throw new Error('No token');
}

function linkFor(userId: string, conversationId: string, seconds = 60): string {
  const token = service.app.context.links.sign({ purpose: 'conversation', userId, conversationId }, seconds);
  return `/c/${conversationId}?t=${token}`;
}

describe('a session by a token of the marketplace', () => {
  test('begins with a cookie that scripts cannot read, and leads to the page', async () => {
    const response = await visit(
      `/session?token=${await tokenFor('john')}&to=${encodeURIComponent('/inbox?filter=unread')}`,
    );
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/inbox?filter=unread');
    expect(response.headers.get('set-cookie')).toMatch(
      /^parley_session=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const token = await pageToken(cookieOf(response));
    expect(await service.ask('getMe', { as: token })).toMatchObject({ id: 'john' });
    expect((await service.ask('listInbox', { as: token })).items).toHaveLength(2);
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    'inbox',
    '/a\r\nSet-Cookie: x=1',
    '/..//evil.example',
    '',
  ])('leads nowhere else: %j', async (to) => {
    const response = await visit(`/session?token=${await tokenFor('john')}&to=${encodeURIComponent(to)}`);
    expect(response.headers.get('location')).toBe('/inbox');
  });

  test('paths on this site stay as they are', () => {
    for (const path of ['/', '/moderation/audit?q=a%20b#top', '/c/1', '/messages'])
      expect(ownPath(path, 'https://chat.example')).toBe(path);
  });

  test('needs a good token of a person', async () => {
    for (const token of ['', 'nonsense', await tokenFor('john', { exp: 1_000_000_000 }), apiKey]) {
      const response = await visit(`/session?token=${token}`);
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toContain('text/html');
      expect(response.headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('a page’s token', () => {
  test('is given to this site’s own pages alone', async () => {
    const cookie = cookieOf(await visit(`/session?token=${await tokenFor('john')}`));
    const { publicUrl } = service.app.context.config;
    for (const good of [{ 'sec-fetch-site': 'same-origin' }, { origin: publicUrl }])
      expect((await askToken(cookie, good)).status).toBe(200);
    for (const bad of [
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
    ])
      expect(await readProblem(await askToken(cookie, bad))).toMatchObject({ status: 403 });
    const crossSite = await fetch(`${service.url}/session/token`, { method: 'POST', headers: { cookie } });
    // Node's fetch says neither where it comes from nor whose page it is.
    expect(crossSite.status).toBe(403);
  });

  test('needs a session', async () => {
    for (const cookie of ['', 'parley_session=forged', `other=1; parley_session=${'A'.repeat(80)}`])
      expect((await askToken(cookie)).status).toBe(401);
  });
});

describe('the link of an email', () => {
  test('begins a session of that person and conversation, and leaves the address', async () => {
    const response = await visit(linkFor('john', mine));
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(`/c/${mine}`);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const token = await pageToken(cookieOf(response));
    expect(await service.ask('getConversation', { as: token, params: { id: mine } })).toMatchObject({
      id: mine,
    });
    expect((await service.ask('listInbox', { as: token })).items.map((item) => item.id)).toEqual([mine]);
  });

  test('opens that conversation alone', async () => {
    const as = await pageToken(cookieOf(await visit(linkFor('john', mine))));
    const body = { text: 'Hi', clientId: 'c-2' };
    const refused = [
      service.call('getConversation', { as, params: { id: other } }),
      service.call('listMessages', { as, params: { id: other } }),
      service.call('sendMessage', { as, params: { id: other }, body }),
      service.call('editMessage', { as, params: { id: other, seq: 1 }, body: { text: 'Other' } }),
      service.call('redactMessage', { as, params: { id: other, seq: 1 } }),
      service.call('markRead', { as, params: { id: other }, body: { seq: 1 } }),
      service.call('updateSeat', { as, params: { id: other }, body: { muted: true } }),
      service.call('reportConversation', { as, body: { conversationId: other, reason: 'spam' } }),
      service.call('sync', { as, body: { conversations: { [other]: 0 } } }),
    ];
    for (const response of await Promise.all(refused)) expect(response.status).toBe(404);
    const forbidden = [
      service.call('openConversation', { as, body: { listingId: 'cup', ...body } }),
      service.call('getContact', { as, params: { id: 'cup' } }),
      service.call('putBlock', { as, params: { id: 'clay' } }),
      service.call('updateMe', { as, body: { name: 'Other' } }),
      service.call('listAudit', { as }),
    ];
    for (const response of await Promise.all(forbidden)) expect(response.status).toBe(403);
    expect((await service.call('sendMessage', { as, params: { id: mine.toUpperCase() }, body })).status).toBe(
      200,
    );
    const synced = await service.ask('sync', { as, body: { conversations: { [mine]: 0 } } });
    expect(synced.inbox.items.map((item) => item.id)).toEqual([mine]);
  });

  test('leaves a full session of the same person as it is, and replaces another’s', async () => {
    const full = cookieOf(await visit(`/session?token=${await tokenFor('john')}`));
    expect((await visit(linkFor('john', mine), full)).headers.get('set-cookie')).toBeNull();
    const replaced = await visit(linkFor('sarah', mine), full);
    expect(await service.ask('getMe', { as: await pageToken(cookieOf(replaced)) })).toMatchObject({
      id: 'sarah',
    });
  });

  test('that expired, was forged, or is another conversation’s says so in words', async () => {
    const foreign = linkFor('john', mine).split('?t=')[1] ?? '';
    for (const path of [linkFor('john', mine, -1), `/c/${mine}?t=forged`, `/c/${other}?t=${foreign}`]) {
      const response = await visit(path);
      expect(response.status).toBe(410);
      expect(await response.text()).toContain('This link has expired');
      expect(response.headers.get('set-cookie')).toBeNull();
    }
  });

  test('that expired is no hindrance for who is signed in', async () => {
    const full = cookieOf(await visit(`/session?token=${await tokenFor('john')}`));
    const response = await visit(linkFor('john', mine, -1), full);
    expect([response.status, response.headers.get('location')]).toEqual([303, `/c/${mine}`]);
  });
});

test('the cookie is for https alone where the service is', async () => {
  const { sessionCookie } = await import('../src/http/cookies.ts');
  const session = { purpose: 'session', userId: 'john' } as const;
  expect(sessionCookie(service.app.context.links, session, 60, true)).toMatch(/; Secure$/);
});
