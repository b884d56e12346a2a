import { routePath, routes, type Answer, type RouteName } from '@parley/protocol';
import { isAnswer } from '../../packages/server/test/support/shapes.ts';
import { apiKey } from './node.ts';

/** A call of the API that did not answer what was asked for. */
export class CallError extends Error {
  override name = 'CallError';

  constructor(
    readonly status: number,
    text: string,
  ) {
    super(`${status} ${text}`);
  }
}

export interface CallOptions {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A person's token; the back end's key unless said. */
  readonly as?: string;
}

/** Calls an endpoint of the node at `url`; its answer is held against its schema. @throws {CallError} */
export async function call<N extends RouteName>(
  url: string,
  name: N,
  options: CallOptions = {},
): Promise<Answer<N>> {
  const { params, query, body, as = apiKey } = options;
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  const response = await fetch(`${url}${routePath(name, params)}${search}`, {
    method: routes[name][0],
    headers: {
      authorization: `Bearer ${as}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) throw new CallError(response.status, text);
  const answer: unknown = text === '' ? null : JSON.parse(text);
  if (!isAnswer(name, answer)) throw new Error(`${name} does not answer what its schema says: ${text}`);
  return answer;
}
