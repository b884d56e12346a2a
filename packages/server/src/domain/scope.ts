import type { ProblemCode, RouteName } from '@parley/protocol';

/** Whether a session opens a conversation: one that an email's link began opens its own, `only`; others open any. */
export function opens(only: string | undefined, conversationId: string): boolean {
  return only === undefined || only.toLowerCase() === conversationId.toLowerCase();
}

/** What a request names, as far as its scope is concerned. */
export interface Named {
  readonly params?: unknown;
  readonly body?: unknown;
}

/** Calls about one conversation, and where they name it. */
const byConversation: Partial<Record<RouteName, (named: Named) => readonly unknown[]>> = {
  getConversation: ({ params }) => [field(params, 'id')],
  listMessages: ({ params }) => [field(params, 'id')],
  sendMessage: ({ params }) => [field(params, 'id')],
  editMessage: ({ params }) => [field(params, 'id')],
  redactMessage: ({ params }) => [field(params, 'id')],
  markRead: ({ params }) => [field(params, 'id')],
  updateSeat: ({ params }) => [field(params, 'id')],
  reportConversation: ({ body }) => [field(body, 'conversationId')],
  sync: ({ body }) => keys(field(body, 'conversations')),
};

/** Calls that answer no more than the one conversation where the asker is narrowed to it, or the asker's own profile. */
const harmless: readonly RouteName[] = ['listInbox', 'getMe', 'uploadAttachment'];

/**
 * Why a person whose link opens one conversation may not make a call, or null when they may: other conversations do not exist for
 * them, and what is no conversation's asks for a full session. A call that is not named here is refused.
 */
export function whyOutOfScope(conversationId: string, route: RouteName, named: Named): ProblemCode | null {
  if (harmless.includes(route)) return null;
  const ids = byConversation[route]?.(named);
  if (ids === undefined) return 'forbidden';
  return ids.every((id) => typeof id === 'string' && opens(conversationId, id)) ? null : 'not-found';
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function keys(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
