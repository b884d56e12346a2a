import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPool } from '../src/db/pool.ts';
import {
  apiKey,
  readProblem,
  secret,
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from './support/running-service.ts';
import { at, connectSocket } from './support/socket.ts';

let service: TestService;
let keySet: Server;
let isKeySetUp = true;
const keys = {
  rs: await generateKeyPair('RS256'),
  es: await generateKeyPair('ES256'),
  ed: await generateKeyPair('EdDSA'),
};
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

beforeAll(async () => {
  keySet = await serveKeys();
  const { port } = keySet.address() as AddressInfo;
  service = await startTestService({ PARLEY_JWKS_URL: `http://127.0.0.1:${port}/jwks.json` });
  await seedShop(service);
});
afterAll(async () => {
  await service.close();
  keySet.close();
});

async function serveKeys(): Promise<Server> {
  const jwks = await Promise.all(
    Object.entries(keys).map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid,
      use: 'sig',
    })),
  );
  const server = createServer((_request, response) => {
    response.statusCode = isKeySetUp ? 200 : 503;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: jwks }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function signedBy(kid: keyof typeof keys, alg: string, claims: JWTPayload = {}): Promise<string> {
  return new SignJWT({ sub: 'john', exp: inAnHour, ...claims })
    .setProtectedHeader({ alg, kid })
    .sign(keys[kid].privateKey);
}

async function refusal(as: string | null, headers?: Record<string, string>) {
  return readProblem(await service.call('getMe', { as, ...(headers && { headers }) }));
}

describe('a token that proves nothing', () => {
  const hs256 = (claims: JWTPayload, key = secret) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(key));

  const cases: readonly (readonly [string, () => string | Promise<string> | null, RegExp])[] = [
    ['is missing', () => null, /Authorization/],
    ['is no JWT', () => 'nonsense', /neither the API key nor a user token/],
    ['looks like a JWT', () => 'a.b.c', /neither/],
    ['is empty JSON', () => 'e30.e30.e30', /neither|signed with/],
    ['expired', () => hs256({ sub: 'john', exp: inAnHour - 3700 }), /expired/],
    ['never ends', () => hs256({ sub: 'john' }), /exp/],
    ['names nobody', () => hs256({ exp: inAnHour }), /sub/],
    ['names somebody by no id', () => hs256({ sub: 'a b', exp: inAnHour }), /claim sub/],
    ['is not yet good', () => hs256({ sub: 'john', exp: inAnHour, nbf: inAnHour - 60 }), /nbf/],
    [
      'was signed with another key',
      () => tokenFor('john', {}, 'another secret, also long enough'),
      /another key/,
    ],
    ['was signed by no one', () => new UnsecuredJWT({ sub: 'john', exp: inAnHour }).encode(), /HS256/],
    [
      'was signed with HS512',
      () =>
        new SignJWT({ sub: 'john', exp: inAnHour })
          .setProtectedHeader({ alg: 'HS512' })
          .sign(new TextEncoder().encode(secret.padEnd(64, 'x'))),
      /HS256/,
    ],
    ['has a name of no text', () => tokenFor('john', { name: 7 }), /claim name/],
    ['has an email that is none', () => tokenFor('john', { email: 'nowhere' }), /claim email/],
    ['has a role that is none', () => tokenFor('john', { role: 'admin' }), /claim role/],
    ['has a NUL in its name', () => tokenFor('john', { name: 'a\0b' }), /claim name .*NUL.*remove/],
    ['has a name of blanks', () => tokenFor('john', { name: ' \n ' }), /claim name .*at least one/],
    [
      'has half a character in its name',
      () => tokenFor('john', { name: 'a\uD83D' }),
      /claim name .*well-formed/,
    ],
    [
      'has a NUL in its picture’s address',
      () => tokenFor('john', { avatarUrl: 'https://shop.example/\0' }),
      /claim avatarUrl .*remove/,
    ],
    ['is narrowed to nothing', () => tokenFor('john', { cid: '' }), /claim cid/],
    ['names nobody by an empty id', () => tokenFor(''), /claim sub/],
    ['is longer than any', () => `${'a'.repeat(9000)}.b.c`, /longer than/],
    [
      'is a link’s',
      () => service.app.context.links.sign({ purpose: 'session', userId: 'john' }, 60),
      /neither/,
    ],
  ];

  test.each(cases)('%s', async (_name, make, detail) => {
    const response = await service.call('getMe', { as: await make() });
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    const problem = await readProblem(response);
    expect(problem).toMatchObject({ type: '/problems/unauthenticated', status: 401 });
    expect(problem.detail).toMatch(detail);
  });

  test('the public key of the marketplace as an HS256 secret', async () => {
    const jwk = JSON.stringify(await exportJWK(keys.rs.publicKey));
    expect((await refusal(await tokenFor('john', {}, jwk))).status).toBe(401);
  });
});

describe('the marketplace’s own keys', () => {
  test.each([
    ['rs', 'RS256'],
    ['es', 'ES256'],
    ['ed', 'EdDSA'],
  ] as const)('%s: %s', async (kid, alg) => {
    const me = await service.ask('getMe', { as: await signedBy(kid, alg) });
    expect(me.id).toBe('john');
  });

  test('a key that is not in the set', async () => {
    const stranger = await generateKeyPair('RS256');
    const token = await new SignJWT({ sub: 'john', exp: inAnHour })
      .setProtectedHeader({ alg: 'RS256', kid: 'rs' })
      .sign(stranger.privateKey);
    expect((await refusal(token)).status).toBe(401);
  });

  test('audience and issuer, where they are asked for, of the marketplace’s keys alone', async () => {
    const { createAuthenticator } = await import('../src/http/authenticator.ts');
    const { context } = service.app;
    const config = { ...context.config, jwksAudience: 'parley', jwksIssuer: 'https://id.shop.example' };
    const strict = createAuthenticator({ ...context, config });
    const claims = { aud: 'parley', iss: 'https://id.shop.example' };
    const asked = (said: JWTPayload) =>
      signedBy('es', 'ES256', said).then((token) => strict.authenticate(token));
    await expect(asked({ ...claims, aud: ['blog', 'parley'] })).resolves.toMatchObject({
      asker: { userId: 'john' },
    });
    await expect(strict.authenticate(await tokenFor('john'))).resolves.toBeDefined();
    for (const [claim, said] of [
      ['aud', { ...claims, aud: 'blog' }],
      ['aud', { iss: claims.iss }],
      ['iss', { ...claims, iss: 'https://id.shop.example.evil' }],
      ['iss', { aud: claims.aud }],
    ] as const)
      await expect(asked(said)).rejects.toThrow(`The token's claim ${claim} is missing or not valid.`);
  });

  test('a key set that is down is our trouble, not the token’s', async () => {
    const { createAuthenticator } = await import('../src/http/authenticator.ts');
    isKeySetUp = false;
    const fresh = createAuthenticator(service.app.context);
    await expect(fresh.authenticate(await signedBy('rs', 'RS256', { jti: 'down' }))).rejects.toMatchObject({
      code: 'unavailable',
    });
    isKeySetUp = true;
  });
});

describe('claims', () => {
  test('create the person at first sight, by their id where no name is said', async () => {
    const claims = {
      name: 'Ada L.',
      email: 'ada@example.com',
      avatarUrl: 'https://shop.example/ada.jpg',
      locale: 'pt-BR',
    };
    expect(await service.ask('getMe', { as: await tokenFor('ada', claims) })).toMatchObject({
      ...claims,
      role: 'member',
    });
    expect(await service.ask('getMe', { as: await tokenFor('nameless') })).toMatchObject({
      name: 'nameless',
      email: null,
    });
  });

  test('update the person, and leave alone what they do not say', async () => {
    await service.ask('getMe', { as: await tokenFor('bob', { name: 'Bob', email: 'bob@example.com' }) });
    expect(await service.ask('getMe', { as: await tokenFor('bob', { name: 'Bobby' }) })).toMatchObject({
      name: 'Bobby',
      email: 'bob@example.com',
    });
    expect(await service.ask('getMe', { as: await tokenFor('bob', { email: null }) })).toMatchObject({
      email: null,
    });
  });

  test.each([
    ['name', 'a\nb'],
    ['name', '  Ada \t L. '],
    ['name', '   '],
    ['name', 'a\0b'],
    ['name', 'a\uDE00'],
    ['name', '\u{1F600}'],
    ['name', 'x'.repeat(1000)],
    ['email', 'a\0b@example.com'],
    ['email', 'ada@example.com'],
    ['avatarUrl', '/ada\0.jpg'],
    ['avatarUrl', '/ada\uD83D.jpg'],
    ['avatarUrl', '/ada.jpg'],
    ['locale', 'pt\0'],
    ['locale', 'pt-BR'],
  ])('%s %j is taken as the back end’s would be, or refused as it would', async (claim, value) => {
    const said = { name: 'Kim', [claim]: value };
    const put = await service.call('putUser', { params: { id: 'kim' }, body: said });
    const { name, email, avatarUrl, locale } = await service.ask('getUser', { params: { id: 'kim' } });
    const asked = await service.call('getMe', { as: await tokenFor('lea', said) });
    expect(asked.status).toBe(put.status === 200 ? 200 : 401);
    if (put.status === 200) expect(await asked.json()).toMatchObject({ name, email, avatarUrl, locale });
  });

  test('that are empty are none: what may be missing is taken away, a name and a role stay', async () => {
    const full = {
      name: 'Moe',
      email: 'moe@example.com',
      avatarUrl: '/moe.jpg',
      locale: 'en',
      role: 'moderator',
    };
    for (const name of ['', null]) {
      // A token that is known already would change nothing.
      const as = await tokenFor('moe', { ...full, jti: String(name) });
      expect(await service.ask('getMe', { as })).toMatchObject(full);
      const empty = { name, email: '', avatarUrl: '', locale: '', role: name };
      expect(await service.ask('getMe', { as: await tokenFor('moe', empty) })).toMatchObject({
        name: 'Moe',
        email: null,
        avatarUrl: null,
        locale: null,
        role: 'moderator',
      });
    }
  });

  test('that cannot be stored are refused on a socket and at the hosted pages’ door too', async () => {
    const token = await tokenFor('ned', { name: 'a\0b' });
    const socket = await connectSocket(service.url);
    const answer = await socket.ask({ op: 'auth', ref: 'auth', token });
    expect(answer).toMatchObject({ op: 'error', problem: { status: 401 } });
    expect(at(answer, 'problem', 'detail')).toContain('claim name');
    expect((await socket.closed).code).toBe(4001);
    expect((await fetch(`${service.url}/session?token=${token}`)).status).toBe(401);
  });

  test('a crowd with one new token makes one person', async () => {
    const token = await tokenFor('crowd', { name: 'Crowd' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.call('getMe', { as: token })));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  test('a role is the database’s: a token without one takes none away, one with it sets it', async () => {
    await service.ask('putUser', { params: { id: 'max' }, body: { name: 'Max', role: 'moderator' } });
    const plain = await tokenFor('max');
    expect(await service.ask('getMe', { as: plain })).toMatchObject({ role: 'moderator' });
    expect((await service.call('listAudit', { as: plain })).status).toBe(200);
    await service.ask('putUser', { params: { id: 'max' }, body: { name: 'Max', role: 'member' } });
    expect((await service.call('listAudit', { as: plain })).status).toBe(403);
    const owner = await tokenFor('max', { role: 'owner' });
    expect(await service.ask('getMe', { as: owner })).toMatchObject({ role: 'owner' });
  });

  describe('of an older token', () => {
    const seconds = Math.floor(Date.now() / 1000);
    const ask = async (id: string, iat: number, claims: JWTPayload) => {
      const { name, role } = await service.ask('getMe', { as: await tokenFor(id, { iat, ...claims }) });
      return { name, role };
    };

    test('do not come back after those of a newer one', async () => {
      await ask('zoe', seconds - 100, { name: 'Zoe', role: 'moderator' });
      const demoted = { name: 'Zoe B.', role: 'member' };
      expect(await ask('zoe', seconds - 50, demoted)).toEqual(demoted);
      for (const iat of [seconds - 99, seconds - 51])
        expect(await ask('zoe', iat, { name: 'Zoe', role: 'moderator' })).toEqual(demoted);
      expect(await ask('zoe', seconds - 49, { role: 'owner' })).toEqual({ name: 'Zoe B.', role: 'owner' });
    });

    test('count where they are of the same second, the last one last', async () => {
      for (const name of ['Una', 'Una B.', 'Una C.'])
        expect(await ask('una', seconds - 10, { name })).toMatchObject({ name });
    });

    test('do not come back on a node that has not seen it', async () => {
      const old = await tokenFor('yan', { iat: seconds - 100, role: 'moderator' });
      await service.ask('getMe', { as: old });
      await ask('yan', seconds - 50, { role: 'member' });
      const { createAuthenticator } = await import('../src/http/authenticator.ts');
      const other = createAuthenticator(service.app.context);
      expect(await other.authenticate(old)).toMatchObject({ asker: { userId: 'yan', role: 'member' } });
    });

    test('do not undo what the back end says, which a token from after it does', async () => {
      await ask('xia', seconds - 100, { role: 'moderator' });
      const before = Math.floor(Date.now() / 1000);
      await service.ask('putUser', { params: { id: 'xia' }, body: { name: 'Xia', role: 'member' } });
      for (const iat of [seconds - 60, before - 1])
        expect(await ask('xia', iat, { role: 'moderator' })).toEqual({ name: 'Xia', role: 'member' });
      const now = Math.floor(Date.now() / 1000);
      expect(await ask('xia', now, { name: 'Xia L.' })).toEqual({ name: 'Xia L.', role: 'member' });
    });

    test('do not shut out the next ones, where its clock ran ahead', async () => {
      await ask('wim', seconds + 3000, { name: 'Wim' });
      expect(await ask('wim', seconds + 3001, { name: 'Wim D.' })).toMatchObject({ name: 'Wim D.' });
      expect(await ask('wim', seconds + 100, { name: 'Wim E.' })).toMatchObject({ name: 'Wim E.' });
    });

    test('count where no later one said anything', async () => {
      await ask('val', seconds, {});
      expect(await ask('val', seconds - 10, { name: 'Val' })).toMatchObject({ name: 'Val' });
    });
  });

  test('a known token writes nothing', async () => {
    const token = await tokenFor('quiet', { name: 'Quiet' });
    await service.ask('getMe', { as: token });
    const pool = createPool(service.database.url);
    const version = async () =>
      (await pool.query<{ xmin: string; ctid: string }>(`select xmin, ctid from users where id = 'quiet'`))
        .rows;
    const before = await version();
    for (let asked = 0; asked < 3; asked += 1) await service.ask('getMe', { as: token });
    await service.ask('getMe', { as: await tokenFor('quiet', { name: 'Quiet', jti: 'other' }) });
    expect(await version()).toEqual(before);
    await pool.end();
  });

  test('who is suspended may read, who was erased is nobody', async () => {
    const token = await tokenFor('gone', { name: 'Gone' });
    await service.ask('getMe', { as: token });
    const pool = createPool(service.database.url);
    await pool.query(`update users set suspended = true where id = 'gone'`);
    expect((await service.call('listInbox', { as: token })).status).toBe(200);
    await pool.end();
    await service.ask('deleteUser', { params: { id: 'gone' } });
    expect(await refusal(token)).toMatchObject({ type: '/problems/forbidden', status: 403 });
    expect(await refusal(await tokenFor('gone', { name: 'Back' }))).toMatchObject({ status: 403 });
  });
});

describe('the API key', () => {
  test('is the back end’s', async () => {
    expect((await service.call('getUser', { params: { id: 'john' } })).status).toBe(200);
    expect((await service.call('getUser', { params: { id: 'john' }, as: apiKey.slice(1) })).status).toBe(401);
    expect((await service.call('getUser', { params: { id: 'john' }, as: `${apiKey}x` })).status).toBe(401);
  });

  test('acts for a person with Parley-As, for nobody without', async () => {
    expect(await service.ask('getMe', { headers: { 'parley-as': 'john' } })).toMatchObject({ id: 'john' });
    expect(await refusal(apiKey)).toMatchObject({ type: '/problems/person-needed', status: 403 });
    const unknown = await refusal(apiKey, { 'parley-as': 'nobody' });
    expect(unknown).toMatchObject({ status: 404 });
    expect(unknown.detail).toContain('Parley-As');
  });

  test('is needed for the back end’s calls, and Parley-As is no person’s to use', async () => {
    const john = await tokenFor('john');
    const asJohn = await service.call('putUser', {
      as: john,
      params: { id: 'john' },
      body: { name: 'King' },
    });
    expect(await readProblem(asJohn)).toMatchObject({ type: '/problems/forbidden', status: 403 });
    const forJohn = await service.call('getUser', {
      params: { id: 'john' },
      headers: { 'parley-as': 'john' },
    });
    expect(await readProblem(forJohn)).toMatchObject({ status: 403 });
    expect(await refusal(john, { 'parley-as': 'sarah' })).toMatchObject({ status: 403 });
  });

  test('or a moderator, for moderators’ calls', async () => {
    expect((await service.call('listAudit', { as: await tokenFor('john') })).status).toBe(403);
    expect((await service.call('listAudit')).status).toBe(403);
  });
});
