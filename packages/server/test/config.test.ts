import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig, loadDatabaseConfig } from '../src/config.ts';

const secrets = { PARLEY_SECRET: 'x'.repeat(32), PARLEY_API_KEY: 'k'.repeat(16) };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function problemsOf(env: Record<string, string>, mode: 'demo' | 'serve' = 'serve'): readonly string[] {
  try {
    loadConfig(env, mode);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('defaults are those of the documentation', () => {
  expect(loadConfig(secrets, 'serve')).toEqual({
    mode: 'serve',
    port: 4000,
    host: '127.0.0.1',
    publicUrl: 'http://localhost:4000',
    dataDir: '.parley',
    databaseUrl: null,
    redisUrl: null,
    secret: secrets.PARLEY_SECRET,
    apiKey: secrets.PARLEY_API_KEY,
    jwksUrl: null,
    jwksAudience: null,
    jwksIssuer: null,
    smtpUrl: null,
    mailFrom: 'Parley <no-reply@localhost>',
    mailReplyDomain: null,
    inboundSmtpPort: null,
    conversationUrl: null,
    marketplaceHosts: ['localhost'],
    notifyDelay: 30,
    limitSends: { count: 5, seconds: 1 },
    limitConversations: { count: 20, seconds: 3600 },
    limitRequests: { count: 50, seconds: 1 },
    allowedOrigins: ['http://localhost:4000'],
    trustProxy: false,
    logLevel: 'info',
    metricsPort: null,
    metricsHost: '127.0.0.1',
    drainSeconds: 0,
    limitConnections: 10_000,
    behindNpm: false,
    warnings: ['SMTP_URL is not set: notifications by email wait until it is.'],
  });
});

test('an empty variable counts as not set', () => {
  const config = loadConfig({ ...secrets, PORT: '', DATABASE_URL: ' ', ALLOWED_ORIGINS: '' }, 'serve');
  expect(config).toMatchObject({ port: 4000, databaseUrl: null, allowedOrigins: ['http://localhost:4000'] });
});

test('every variable is read', () => {
  const config = loadConfig(
    {
      ...secrets,
      PORT: '8080',
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://Chat.Shop.example/',
      PARLEY_DATA: '/var/lib/parley',
      DATABASE_URL: 'postgres://parley:pw@db/parley',
      PARLEY_JWKS_URL: 'https://shop.example/jwks.json',
      PARLEY_JWKS_AUDIENCE: 'https://chat.shop.example',
      PARLEY_JWKS_ISSUER: 'https://id.shop.example/',
      SMTP_URL: 'smtp://u:p@mail:587',
      MAIL_FROM: 'Shop <no-reply@shop.example>',
      CONVERSATION_URL: 'https://shop.example/messages/{conversationId}',
      MARKETPLACE_HOSTS: 'Shop.example, pay.example',
      NOTIFY_DELAY: '0',
      LIMIT_SENDS: '10/m',
      ALLOWED_ORIGINS: 'https://shop.example, https://www.shop.example',
      TRUST_PROXY: '10.0.0.0/8, ::1',
      LOG_LEVEL: 'debug',
    },
    'serve',
  );
  expect(config).toMatchObject({
    port: 8080,
    host: '0.0.0.0',
    publicUrl: 'https://chat.shop.example',
    dataDir: '/var/lib/parley',
    databaseUrl: 'postgres://parley:pw@db/parley',
    jwksUrl: 'https://shop.example/jwks.json',
    jwksAudience: 'https://chat.shop.example',
    jwksIssuer: 'https://id.shop.example/',
    smtpUrl: 'smtp://u:p@mail:587',
    mailFrom: 'Shop <no-reply@shop.example>',
    conversationUrl: 'https://shop.example/messages/{conversationId}',
    marketplaceHosts: ['shop.example', 'pay.example'],
    notifyDelay: 0,
    limitSends: { count: 10, seconds: 60 },
    allowedOrigins: ['https://chat.shop.example', 'https://shop.example', 'https://www.shop.example'],
    trustProxy: ['10.0.0.0/8', '::1'],
    logLevel: 'debug',
    warnings: ['MARKETPLACE_HOSTS has no effect: this version does not judge links yet.'],
  });
});

test('everything that is wrong is said at once, each by its variable', () => {
  const wrong = {
    PARLEY_SECRET: 'short',
    PORT: '70000',
    PUBLIC_URL: 'https://shop.example/chat',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    REDIS_URL: 'http://cache',
    PARLEY_JWKS_URL: 'shop.example',
    SMTP_URL: 'mail.example',
    MAIL_FROM: 'Nobody\nBcc: all@example.com',
    CONVERSATION_URL: 'https://shop.example/messages',
    MARKETPLACE_HOSTS: 'https://shop.example',
    NOTIFY_DELAY: '-1',
    LIMIT_SENDS: 'many',
    LIMIT_CONVERSATIONS: '0/s',
    LIMIT_REQUESTS: '5/d',
    ALLOWED_ORIGINS: '*',
    TRUST_PROXY: 'yes',
    LOG_LEVEL: 'loud',
    METRICS_PORT: 'all',
    DRAIN_SECONDS: '1 min',
  };
  const problems = problemsOf(wrong);
  for (const name of [...Object.keys(wrong), 'PARLEY_API_KEY'])
    expect(problems.filter((problem) => problem.startsWith(name))).toHaveLength(1);
  expect(problems).toHaveLength(Object.keys(wrong).length + 1);
  expect(problems.join()).not.toContain('hunter2');
});

test('audience and issuer of a key set need one', () => {
  const demands = { PARLEY_JWKS_AUDIENCE: 'parley', PARLEY_JWKS_ISSUER: 'https://id.shop.example' };
  const problems = problemsOf({ ...secrets, ...demands });
  expect(problems).toHaveLength(2);
  for (const name of Object.keys(demands)) expect(problems.join()).toContain(`${name} is about`);
});

test('serve refuses to start without its secrets, and says how to make them', () => {
  const problems = problemsOf({});
  expect(problems).toHaveLength(2);
  expect(problems[0]).toMatch(/^PARLEY_SECRET is not set.*openssl rand/);
  expect(problems[1]).toMatch(/^PARLEY_API_KEY is not set.*openssl rand/);
  expect(
    problemsOf({ PARLEY_SECRET: secrets.PARLEY_SECRET, PARLEY_API_KEY: secrets.PARLEY_SECRET }),
  ).toHaveLength(1);
});

test('what comes with a later version is warned of, not ignored', () => {
  const { warnings } = loadConfig(
    { ...secrets, SMTP_URL: 'smtp://mail', MAIL_REPLY_DOMAIN: 'reply.shop.example', INBOUND_SMTP_PORT: '25' },
    'serve',
  );
  expect(warnings.map((warning) => warning.split(' ')[0])).toEqual([
    'MAIL_REPLY_DOMAIN',
    'INBOUND_SMTP_PORT',
  ]);
});

describe('a demo', () => {
  test('makes its secrets once, for its owner alone', async () => {
    const PARLEY_DATA = join(folder, 'demo');
    const first = loadConfig({ PARLEY_DATA }, 'demo');
    expect(first.secret.length).toBeGreaterThanOrEqual(32);
    expect(first.apiKey).not.toBe(first.secret);
    expect(loadConfig({ PARLEY_DATA }, 'demo')).toEqual(first);
    const file = join(PARLEY_DATA, 'secrets.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ secret: first.secret, apiKey: first.apiKey });
  });

  test('takes those that are given', () => {
    const config = loadConfig(
      { PARLEY_DATA: join(folder, 'given'), PARLEY_API_KEY: secrets.PARLEY_API_KEY },
      'demo',
    );
    expect(config.apiKey).toBe(secrets.PARLEY_API_KEY);
    expect(config.secret.length).toBeGreaterThanOrEqual(32);
  });

  test('says so where it cannot keep them', async () => {
    await writeFile(join(folder, 'file'), '');
    const [problem, ...others] = problemsOf({ PARLEY_DATA: join(folder, 'file', 'below') }, 'demo');
    expect(problem).toMatch(/^PARLEY_DATA: the demo cannot keep its secrets/);
    expect(others).toEqual([]);
  });
});

test('migrating needs to know where the database is, and nothing else', () => {
  expect(loadDatabaseConfig({ DATABASE_URL: 'postgresql://db/parley' })).toEqual({
    dataDir: '.parley',
    databaseUrl: 'postgresql://db/parley',
  });
  expect(() => loadDatabaseConfig({ DATABASE_URL: 'db' })).toThrow(ConfigError);
});

test('a failpoint is for tests alone', () => {
  const env = { ...secrets, PARLEY_FAILPOINT: 'journal.after-commit:exit:0.05' };
  expect(problemsOf(env)).toEqual([expect.stringContaining('PARLEY_FAILPOINT lets the service die')]);
  expect(problemsOf({ ...env, NODE_ENV: 'production' })).toHaveLength(1);
  const { failpoint } = loadConfig({ ...env, NODE_ENV: 'test' }, 'serve');
  expect(failpoint).toEqual({ place: 'journal.after-commit', probability: 0.05 });
  for (const wrong of ['exit', 'journal.after-commit:exit:0.0', 'journal.after-commit:exit:2'])
    expect(problemsOf({ ...env, NODE_ENV: 'test', PARLEY_FAILPOINT: wrong })).toHaveLength(1);
});
