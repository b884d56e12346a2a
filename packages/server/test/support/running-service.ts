import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpoints, Problem, routePath, routes, type Answer, type RouteName } from '@parley/protocol';
import { Ajv } from 'ajv';
import { SignJWT, type JWTPayload } from 'jose';
import type { DestinationStream } from 'pino';
import { expect } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { createApp, type App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { addFormats } from '../../src/http/formats.ts';
import { createLogger } from '../../src/http/logging.ts';
import { isAnswer } from './shapes.ts';

export const secret = 'a secret of a test, long enough for it';
export const apiKey = 'key-of-the-back-end';

/** How a call is made: as whom, with what. */
export interface CallOptions {
  /** A bearer; the API key unless said, null for none. */
  readonly as?: string | null;
  readonly params?: Record<string, string | number>;
  readonly query?: Record<string, string>;
  /** Sent as JSON, unless it is a form. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A whole service on a database of its own. */
export interface TestService {
  readonly app: App;
  readonly url: string;
  readonly database: TestDatabase;
  /** Lines of the log. */
  readonly logged: string[];
  /** Calls an endpoint; the answer is checked against its schema, an error against the problem's. */
  readonly call: (name: RouteName, options?: CallOptions) => Promise<Response>;
  /** The same where success is expected. */
  readonly ask: <N extends RouteName>(name: N, options?: CallOptions) => Promise<Answer<N>>;
  readonly close: () => Promise<void>;
}

/** Starts a service for a test file; `env` adds to its environment, `reach` says by which address it reaches its database. Limits are off unless said. */
export async function startTestService(
  env: Record<string, string> = {},
  reach: (databaseUrl: string) => string | Promise<string> = (url) => url,
): Promise<TestService> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'parley-service-'));
  const logged: string[] = [];
  const destination: DestinationStream = { write: (line) => void logged.push(line) };
  const limits = { LIMIT_REQUESTS: '100000/s', LIMIT_SENDS: '10000/s', LIMIT_CONVERSATIONS: '10000/s' };
  const config = loadConfig(
    { PORT: '0', PARLEY_DATA: folder, PARLEY_SECRET: secret, PARLEY_API_KEY: apiKey, ...limits, ...env },
    'serve',
  );
  const log = createLogger('info', destination);
  const app = await createApp(config, { connectionString: await reach(database.url), log });
  const call = (name: RouteName, options: CallOptions = {}) => callEndpoint(app.address, name, options);
  return {
    app,
    url: app.address,
    database,
    logged,
    call,
    ask: async (name, options) => {
      const response = await call(name, options);
      const text = await response.text();
      if (response.status >= 400) throw new Error(`${name}: ${response.status} ${text}`);
      const answer: unknown = response.status === 204 ? null : JSON.parse(text);
      if (!isAnswer(name, answer)) throw new Error(`${name} does not answer what its schema says`);
      return answer;
    },
    close: async () => {
      await app.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function callEndpoint(url: string, name: RouteName, options: CallOptions): Promise<Response> {
  const { as = apiKey, params, query, body, headers } = options;
  const isForm = body instanceof FormData;
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  const response = await fetch(`${url}${routePath(name, params)}${search}`, {
    method: routes[name][0],
    headers: {
      ...(as !== null && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
  });
  await expectSchema(name, response.clone());
  return response;
}

/** The body of an upload: a file in its field, under a type that is not its own. */
export function fileForm(bytes: Buffer, name = 'file.bin', field = 'file'): FormData {
  const form = new FormData();
  form.append(field, new Blob([new Uint8Array(bytes)], { type: 'text/html' }), name);
  return form;
}

const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
const isProblem = ajv.compile(Problem);

async function expectSchema(name: RouteName, response: Response): Promise<void> {
  if (response.status >= 400) await readProblem(response);
  if (response.status >= 400 || response.status === 204) return;
  const validate = ajv.compile(endpoints[name].response);
  const answer: unknown = await response.json();
  expect(validate(answer) ? [] : validate.errors, `${name} answers what its schema says`).toEqual([]);
}

/** The problem that a response is, checked against its schema and its status. */
export async function readProblem(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const problem: unknown = await response.json();
  if (!isProblemOf(problem)) throw new Error(`No problem: ${JSON.stringify(problem)}`);
  expect(problem.status).toBe(response.status);
  return problem;
}

function isProblemOf(value: unknown): value is Problem {
  return isProblem(value);
}

/** A user token as a marketplace signs it, good for an hour. */
export function tokenFor(sub: string, claims: JWTPayload = {}, key = secret): Promise<string> {
  return new SignJWT({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .sign(new TextEncoder().encode(key));
}

/** John, who buys; Sarah of the store Clay & Co, which sells the bowl. */
export async function seedShop({ ask }: TestService): Promise<void> {
  await ask('putUser', { params: { id: 'john' }, body: { name: 'John D.', email: 'john@example.com' } });
  await ask('putUser', { params: { id: 'sarah' }, body: { name: 'Sarah', email: 'sarah@example.com' } });
  await ask('putStore', { params: { id: 'clay' }, body: { name: 'Clay & Co', members: ['sarah'] } });
  await ask('putListing', { params: { id: 'bowl' }, body: { storeId: 'clay', title: 'Pottery Bowl' } });
}

/**
 * A conversation of John's with Clay & Co, with one text of his; about a listing of its own unless said, so that tests do not meet.
 * Answers its id.
 */
export async function beginConversation(
  { ask }: Pick<TestService, 'ask'>,
  listingId = `listing-${randomUUID()}`,
  text = 'Is it still there?',
): Promise<string> {
  await ask('putListing', { params: { id: listingId }, body: { storeId: 'clay', title: listingId } });
  const { conversation } = await ask('openConversation', {
    headers: { 'parley-as': 'john' },
    body: { listingId, text, clientId: 'first' },
  });
  return conversation.id;
}

/** What `startBowl` starts. */
export interface BowlService {
  readonly service: TestService;
  /** John's token. */
  readonly john: string;
  /** Of John's with Clay & Co about the bowl, with one text of his. */
  readonly conversationId: string;
}

/** A service with the shop of `seedShop` and a conversation in it. */
export async function startBowl(text = 'Is it dishwasher safe?'): Promise<BowlService> {
  const service = await startTestService();
  await seedShop(service);
  const john = await tokenFor('john');
  const opened = await service.ask('openConversation', {
    as: john,
    body: { listingId: 'bowl', text, clientId: 'c-1' },
  });
  return { service, john, conversationId: opened.conversation.id };
}
