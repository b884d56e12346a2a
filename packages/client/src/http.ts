import type { Answer, RouteName } from '@parley/protocol';
import { routePath, routes } from '@parley/protocol/routes';
import { parseJson } from './json.ts';
import { isProblem, notReached, ParleyError, problemOf } from './parley-error.ts';
import type { Runtime } from './runtime.ts';
import type { Tokens } from './token.ts';
import type { CallInput, ParleyClient } from './types.ts';

export interface Http {
  call: ParleyClient['call'];
}

interface AnyInput {
  params?: Readonly<Record<string, string | number>>;
  query?: Readonly<Record<string, unknown>>;
  body?: unknown;
}

/** How often a reading is asked again where the service says to wait. */
const patience = 3;

/** `watchCall` hears of every call that begins, and what it answers is called where it succeeds: the service is there. */
export function createHttp(runtime: Runtime, tokens: Tokens, watchCall: () => () => void): Http {
  async function request(name: RouteName, input: AnyInput): Promise<unknown> {
    const method = routes[name][0];
    const url = runtime.url + routePath(name, input.params) + queryText(input.query ?? {});
    const body = input.body === undefined ? {} : { body: JSON.stringify(input.body) };
    const type = input.body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = await withToken(tokens, (token) =>
      fetchText(runtime, url, { method, ...body, headers: { ...type, authorization: `Bearer ${token}` } }),
    );
    return readAnswer(sent);
  }

  function call<N extends RouteName>(name: N, input: CallInput<N>): Promise<Answer<N>>;
  async function call(name: RouteName, input: object): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      try {
        const answered = watchCall();
        const answer = await request(name, input);
        answered();
        return answer;
      } catch (error) {
        const { status, retryAfter = 1 } = problemOf(error);
        const waits = (status === 429 || status === 503) && routes[name][0] === 'GET' && tries < patience;
        if (!waits) throw error;
        await new Promise<void>((resolve) => runtime.later(resolve, retryAfter * 1000));
      }
    }
  }
  return { call };
}

/** An answer, before it is read. */
export interface Sent {
  status: number;
  retryAfter: string | null;
  text: string;
}

/**
 * Fetches, and reads to the end.
 *
 * @throws {ParleyError} of status 0 when there is no answer
 */
export async function fetchText(runtime: Runtime, url: string, init: RequestInit): Promise<Sent> {
  try {
    const response = await runtime.fetch(url, init);
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, text: await response.text() };
  } catch {
    throw notReached();
  }
}

/** Sends with the token, and once more with a new one where it is refused. */
export async function withToken(tokens: Tokens, send: (token: string) => Promise<Sent>): Promise<Sent> {
  for (let tries = 1; ; tries += 1) {
    const token = await tokens.get();
    const sent = await send(token);
    if (sent.status !== 401) return sent;
    tokens.drop(token);
    if (tries === 2) return sent;
  }
}

/**
 * What an answer says.
 *
 * @throws {ParleyError} for any status but success
 */
export function readAnswer({ status, retryAfter, text }: Sent): unknown {
  const value = parseJson(text);
  if (status >= 200 && status < 300) return value;
  const wait = Number(retryAfter ?? '');
  const known = isProblem(value)
    ? value
    : { type: 'about:blank', title: `Status ${status}`, status, detail: '' };
  throw new ParleyError({ ...(wait > 0 && { retryAfter: wait }), ...known });
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
