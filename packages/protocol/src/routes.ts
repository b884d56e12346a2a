/**
 * Every endpoint's method and path, and nothing else: what a browser needs at run time to call the API.
 * The schemas that go with each name stand in `endpoints.ts`, so that a browser bundle carries no validator.
 */
export const routes = {
  putUser: ['PUT', '/v1/users/{id}'],
  getUser: ['GET', '/v1/users/{id}'],
  deleteUser: ['DELETE', '/v1/users/{id}'],
  putStore: ['PUT', '/v1/stores/{id}'],
  getStore: ['GET', '/v1/stores/{id}'],
  putListing: ['PUT', '/v1/listings/{id}'],
  getListing: ['GET', '/v1/listings/{id}'],
  putOrder: ['PUT', '/v1/orders/{id}'],
  getOrder: ['GET', '/v1/orders/{id}'],
  createToken: ['POST', '/v1/tokens'],

  openConversation: ['POST', '/v1/conversations'],
  listInbox: ['GET', '/v1/inbox'],
  getConversation: ['GET', '/v1/conversations/{id}'],
  listMessages: ['GET', '/v1/conversations/{id}/messages'],
  sendMessage: ['POST', '/v1/conversations/{id}/messages'],
  editMessage: ['PATCH', '/v1/conversations/{id}/messages/{seq}'],
  redactMessage: ['DELETE', '/v1/conversations/{id}/messages/{seq}'],
  markRead: ['PUT', '/v1/conversations/{id}/read'],
  updateSeat: ['PATCH', '/v1/conversations/{id}/seat'],
  sync: ['POST', '/v1/sync'],
  uploadAttachment: ['POST', '/v1/attachments'],
  reportConversation: ['POST', '/v1/reports'],
  putBlock: ['PUT', '/v1/blocks/{id}'],
  deleteBlock: ['DELETE', '/v1/blocks/{id}'],
  listBlocks: ['GET', '/v1/blocks'],
  getMe: ['GET', '/v1/me'],
  updateMe: ['PATCH', '/v1/me'],
  getContact: ['GET', '/v1/listings/{id}/contact'],

  listModerationConversations: ['GET', '/v1/moderation/conversations'],
  readModerationConversation: ['GET', '/v1/moderation/conversations/{id}'],
  readModerationMessages: ['GET', '/v1/moderation/conversations/{id}/messages'],
  listAudit: ['GET', '/v1/moderation/audit'],
} as const satisfies Record<string, readonly ['GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', string]>;

/** The name of an endpoint, such as `sendMessage`. */
export type RouteName = keyof typeof routes;

/**
 * Fills a route's path: every `{name}` by the parameter of that name, percent-encoded.
 *
 * @example routePath('getUser', { id: 'john@x' }) // '/v1/users/john%40x'
 * @throws {Error} when a parameter of the path is missing
 */
export function routePath(name: RouteName, params: Readonly<Record<string, string | number>> = {}): string {
  return routes[name][1].replace(/\{(\w+)\}/g, (_match, key: string) => {
    const value = params[key];
    if (value === undefined) throw new Error(`${name} needs the path parameter ${key}`);
    return encodeURIComponent(String(value));
  });
}
