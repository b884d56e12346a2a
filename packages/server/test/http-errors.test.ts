import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPool } from '../src/db/pool.ts';
import { apiKey, readProblem, startBowl, tokenFor, type TestService } from './support/running-service.ts';

let service: TestService;
let john: string;
let conversationId: string;

beforeAll(async () => {
  ({ service, john, conversationId } = await startBowl());
});

afterAll(() => service.close());

type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

function raw(path: string, init: Init = {}): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${apiKey}`, ...init.headers },
  });
}

function json(body: string): Init {
  return {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${john}` },
  };
}

describe('a body that is not valid', () => {
  test('names every bad field at once, with what would be right', async () => {
    const response = await service.call('putUser', {
      params: { id: 'eve' },
      body: { email: 'no address', avatarUrl: 'javascript:alert(1)', role: 'admin', colour: 'red' },
    });
    const problem = await readProblem(response);
    expect(problem).toMatchObject({ type: '/problems/invalid', status: 400 });
    expect(problem.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/name', detail: 'The field /name is missing; add it.' },
        {
          pointer: '/colour',
          detail:
            'The field /colour is not known; leave it out. Known here: name, email, avatarUrl, locale, timeZone, role.',
        },
        { pointer: '/email', detail: 'The field /email must be a valid email address.' },
        { pointer: '/role', detail: 'The field /role must be one of member, moderator, owner.' },
      ]),
    );
    expect(problem.errors?.map((error) => error.pointer).sort()).toEqual([
      '/avatarUrl',
      '/colour',
      '/email',
      '/name',
      '/role',
    ]);
  });

  test('is no other type: nothing is turned into text or number', async () => {
    const response = await service.call('markRead', {
      as: john,
      params: { id: conversationId },
      body: { seq: '1' },
    });
    expect((await readProblem(response)).errors).toEqual([
      { pointer: '/seq', detail: 'The field /seq must be an integer, not a string.' },
    ]);
  });

  test('holds no NUL, which PostgreSQL cannot keep', async () => {
    const response = await service.call('putStore', {
      params: { id: 'nul' },
      body: { name: 'a\0b', members: [] },
    });
    expect((await readProblem(response)).errors).toEqual([
      { pointer: '/name', detail: 'The field /name holds a NUL character; remove it.' },
    ]);
  });

  test('is not missing', async () => {
    const response = await service.call('sendMessage', { as: john, params: { id: conversationId } });
    expect(await readProblem(response)).toMatchObject({
      status: 400,
      errors: [{ pointer: '', detail: 'The body must be an object, not nothing.' }],
    });
  });

  test('has a bounded number of errors', async () => {
    const members = Array.from({ length: 400 }, (_, index) => `no id ${index}`);
    const response = await service.call('putStore', {
      params: { id: 'many' },
      body: { name: 'Many', members },
    });
    expect((await readProblem(response)).errors?.length).toBe(50);
  });
});

describe('an address that is not valid', () => {
  test('has no unknown query parameters', async () => {
    const response = await service.call('listInbox', { as: john, query: { limt: '10' } });
    expect((await readProblem(response)).errors).toEqual([
      {
        pointer: 'limt',
        detail: 'The query parameter limt is not known; leave it out. Known here: q, filter, limit, cursor.',
      },
    ]);
  });

  test.each([
    ['101', 'may be at most 100.'],
    ['0', 'must be at least 1.'],
    ['ten', 'must be an integer, not a string.'],
    ['', 'must be an integer, not a string.'],
  ])('has no limit of %j', async (limit, detail) => {
    const response = await service.call('listInbox', { as: john, query: { limit } });
    expect((await readProblem(response)).errors).toEqual([
      { pointer: 'limit', detail: `The query parameter limit ${detail}` },
    ]);
  });

  test('names one end of a page of messages, not both', async () => {
    const params = { id: conversationId };
    const both = await service.call('listMessages', {
      as: john,
      params,
      query: { before: '9', after: '1' },
    });
    expect((await readProblem(both)).errors?.map((error) => error.pointer)).toEqual(['after']);
    expect((await service.call('listMessages', { as: john, params, query: { before: '9' } })).status).toBe(
      200,
    );
  });

  test('has no parameter where none is known, nor one twice', async () => {
    expect((await service.call('getMe', { as: john, query: { full: '1' } })).status).toBe(400);
    const twice = await fetch(`${service.url}/v1/inbox?limit=1&limit=2`, {
      headers: { authorization: `Bearer ${john}` },
    });
    expect(twice.status).toBe(400);
  });

  test('names no flag that there is none of', async () => {
    const moderator = await tokenFor('mia', { role: 'moderator' });
    const list = '/v1/moderation/conversations?flag=';
    const asked = (flag: string) =>
      fetch(`${service.url}${list}${flag}`, { headers: { authorization: `Bearer ${moderator}` } });
    expect((await asked('phone')).status).toBe(200);
    const problem = await readProblem(await asked('rudeness'));
    expect(problem).toMatchObject({ status: 400, errors: [{ pointer: 'flag' }] });
    expect(problem.errors?.[0]?.detail).toContain('scam');
  });

  test('has ids of the right form', async () => {
    const problem = await readProblem(await raw(`/v1/users/${encodeURIComponent('a b')}`));
    expect(problem).toMatchObject({ status: 400, errors: [{ pointer: 'id' }] });
    expect(problem.detail).toContain('1 to 128');
  });

  test('is well encoded', async () => {
    expect(await readProblem(await raw('/v1/users/%zz'))).toMatchObject({
      type: '/problems/bad-request',
      status: 400,
    });
  });
});

describe('what cannot be read', () => {
  test('malformed JSON', async () => {
    expect(await readProblem(await raw('/v1/sync', json('{"conversations": ')))).toMatchObject({
      type: '/problems/bad-request',
      detail: 'The body is not JSON.',
    });
  });

  test('JSON that reaches for prototypes', async () => {
    expect(
      (await raw('/v1/sync', json('{"__proto__": {"role": "owner"}, "conversations": {}}'))).status,
    ).toBe(400);
  });

  test('another type of body', async () => {
    const init = json('conversations=1');
    const response = await raw('/v1/sync', {
      ...init,
      headers: { ...init.headers, 'content-type': 'text/plain' },
    });
    expect(await readProblem(response)).toMatchObject({ type: '/problems/unsupported-type', status: 415 });
  });

  test('a body over 1 MB', async () => {
    const response = await raw(
      '/v1/sync',
      json(JSON.stringify({ conversations: {}, filler: 'x'.repeat(1024 * 1024) })),
    );
    expect(await readProblem(response)).toMatchObject({ type: '/problems/too-large', status: 413 });
  });

  test('a JSON body that is 500,000 arrays deep', async () => {
    const deep = '['.repeat(500_000) + ']'.repeat(500_000);
    expect((await raw('/v1/sync', json(deep))).status).toBe(400);
  });
});

describe('an address that is not there', () => {
  test('404 with where to look', async () => {
    expect(await readProblem(await raw('/v1/nothing'))).toMatchObject({
      type: '/problems/not-found',
      status: 404,
    });
  });

  test('405 with the methods that there are', async () => {
    const response = await raw('/v1/users/john', { method: 'POST' });
    expect(response.headers.get('allow')).toBe('PUT, GET, DELETE');
    expect(await readProblem(response)).toMatchObject({
      type: '/problems/method-not-allowed',
      detail: 'This address knows PUT, GET, DELETE, not POST.',
    });
    expect((await raw('/healthz', { method: 'DELETE' })).status).toBe(405);
  });
});

test('a DELETE that says JSON and sends nothing is no error', async () => {
  const response = await fetch(`${service.url}/v1/blocks/clay`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${john}`, 'content-type': 'application/json' },
  });
  expect(response.status).toBe(204);
});

test('browsers of allowed origins may call, others may not', async () => {
  const preflight = (origin: string) =>
    fetch(`${service.url}/v1/inbox`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
  const own = await preflight(service.app.context.config.publicUrl);
  expect(own.headers.get('access-control-allow-origin')).toBe(service.app.context.config.publicUrl);
  expect(own.headers.get('access-control-allow-headers')).toContain('authorization');
  expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
});

test('a page of an allowed origin may read that an address or a method is unknown', async () => {
  const origin = service.app.context.config.publicUrl;
  const ask = async (path: string, method: string) => {
    const response = await fetch(service.url + path, { method, headers: { origin } });
    return [response.status, response.headers.get('access-control-allow-origin')];
  };
  expect(await ask('/v1/nothing', 'GET')).toEqual([404, origin]);
  expect(await ask('/v1/inbox', 'POST')).toEqual([405, origin]);
  expect(await ask('/inbox', 'GET')).toEqual([200, null]);
});

describe('when the database is in trouble', () => {
  test('an error keeps its insides, and names where the log has them', async () => {
    const pool = createPool(service.database.url);
    try {
      await pool.query('alter table listings rename to listings_gone');
      const response = await service.call('getListing', { params: { id: 'bowl' } });
      const problem = await readProblem(response);
      expect(problem).toMatchObject({ type: '/problems/internal', status: 500 });
      expect(problem.detail).not.toMatch(/listings|relation|select/);
      const id = response.headers.get('x-request-id') ?? 'none';
      expect(problem.detail).toContain(id);
      expect(service.logged.some((line) => line.includes(id) && line.includes('42P01'))).toBe(true);
    } finally {
      await pool.query('alter table listings_gone rename to listings');
      await pool.end();
    }
  });

  test('health: alive and ready, and not ready when the schema is behind', async () => {
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    const pool = createPool(service.database.url);
    try {
      await pool.query('update parley_migrations set id = id + 9000');
      const response = await fetch(`${service.url}/readyz`);
      expect(await readProblem(response)).toMatchObject({ status: 503 });
      expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
      expect(service.logged.filter((line) => line.includes('not ready'))).toHaveLength(1);
      expect(service.logged.some((line) => line.includes('/healthz') || line.includes('/readyz'))).toBe(
        false,
      );
    } finally {
      await pool.query('update parley_migrations set id = id - 9000');
      await pool.end();
    }
  });
});

test('the log has no texts, tokens or addresses', async () => {
  await service.call('sendMessage', {
    as: john,
    params: { id: conversationId },
    body: { text: 'a very private sentence', clientId: 'c-private' },
  });
  await fetch(`${service.url}/session?token=${john}&to=/inbox`, { redirect: 'manual' });
  await fetch(`${service.url}/c/${conversationId}?t=a-link-token`, { redirect: 'manual' });
  const log = service.logged.join('\n');
  expect(log).toContain('/v1/conversations/:id/messages');
  for (const secret of ['private sentence', john, 'a-link-token', 'john@example.com', apiKey])
    expect(log).not.toContain(secret);
});
