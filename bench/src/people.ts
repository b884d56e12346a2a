import type { Service } from './service.ts';

/** One buyer and one seller with a conversation between them. */
export interface Pair {
  readonly buyerId: string;
  readonly sellerId: string;
  readonly conversationId: string;
  readonly buyerToken: string;
  readonly sellerToken: string;
}

/** Calls the API as the marketplace's back end, or for a person. */
export async function call(
  service: Service,
  method: string,
  path: string,
  body?: unknown,
  as?: string,
): Promise<unknown> {
  const answer = await fetch(service.url + path, {
    method,
    headers: {
      authorization: `Bearer ${service.apiKey}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(as !== undefined && { 'parley-as': as }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  const value: unknown = text === '' ? null : JSON.parse(text);
  return value;
}

/** A field of an answer that is read as text. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null)
      throw new Error(`no ${path.join('.')} in the answer`);
    current = Object.getOwnPropertyDescriptor(current, key)?.value;
  }
  if (typeof current !== 'string') throw new Error(`${path.join('.')} is no text`);
  return current;
}

/** A person's token, good for a day. */
export async function tokenFor(service: Service, userId: string): Promise<string> {
  return textAt(await call(service, 'POST', '/v1/tokens', { userId, expiresIn: 86_400 }), 'token');
}

/** Makes a store with its seller, a buyer, a listing and their conversation. */
export async function makePair(service: Service, name: string): Promise<Pair> {
  const [buyerId, sellerId, storeId, listingId] = [
    `buyer-${name}`,
    `seller-${name}`,
    `store-${name}`,
    `listing-${name}`,
  ];
  await call(service, 'PUT', `/v1/users/${buyerId}`, { name: `Buyer ${name}` });
  await call(service, 'PUT', `/v1/users/${sellerId}`, { name: `Seller ${name}` });
  await call(service, 'PUT', `/v1/stores/${storeId}`, { name: `Store ${name}`, members: [sellerId] });
  await call(service, 'PUT', `/v1/listings/${listingId}`, { storeId, title: `Listing ${name}` });
  const opened = await call(
    service,
    'POST',
    '/v1/conversations',
    { listingId, text: 'Is it still there?', clientId: 'first' },
    buyerId,
  );
  return {
    buyerId,
    sellerId,
    conversationId: textAt(opened, 'conversation', 'id'),
    buyerToken: await tokenFor(service, buyerId),
    sellerToken: await tokenFor(service, sellerId),
  };
}

/** Many pairs, a few at a time. */
export function makePairs(service: Service, count: number, prefix: string): Promise<Pair[]> {
  return inTens(count, (index) => makePair(service, `${prefix}${index}`));
}

/** Makes so many of something, ten at a time, so that the service is not asked for all at once. */
export async function inTens<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let start = 0; start < count; start += 10)
    made.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(10, count - start) }, (_none, index) => make(start + index)),
      )),
    );
  return made;
}
