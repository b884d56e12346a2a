import { randomUUID } from 'node:crypto';
import { ProblemError, type Role } from '@parley/protocol';
import type { HostAsker, PersonAsker } from '../../src/actions/action.ts';
import { actions } from '../../src/actions/index.ts';
import type { TestNode } from './node.ts';

export const host: HostAsker = { kind: 'host' };

export function person(userId: string, role: Role = 'member'): PersonAsker {
  return { kind: 'person', userId, role };
}

/** A marketplace put through the API: John and Ann, buyers; Sarah and Tom of Clay & Co; Olive, the owner; a bowl. */
export async function putShop({ context }: TestNode): Promise<void> {
  const names = { john: 'John Dee', ann: 'Ánn Café', sarah: 'Sarah', tom: 'Tom', eve: 'Eve', olive: 'Olive' };
  for (const [id, name] of Object.entries(names))
    await actions.putUser(context, host, {
      params: { id },
      body: { name, email: `${id}@people.test`, ...(id === 'olive' && { role: 'owner' as const }) },
    });
  await actions.putStore(context, host, {
    params: { id: 'clay' },
    body: { name: 'Clay & Co', members: ['sarah', 'tom'] },
  });
  await putBowl({ context }, 'bowl', 'Pottery Bowl');
}

export async function putBowl({ context }: Pick<TestNode, 'context'>, id: string, title: string) {
  return actions.putListing(context, host, { params: { id }, body: { storeId: 'clay', title } });
}

/** Opens a conversation about a listing, and answers its id. */
export async function openAbout(
  { context }: Pick<TestNode, 'context'>,
  userId: string,
  listingId: string,
  text: string,
): Promise<string> {
  const { conversation } = await actions.openConversation(context, person(userId), {
    body: { listingId, text, clientId: randomUUID() },
  });
  return conversation.id;
}

/** Sends a text, and answers its `seq`. */
export async function send(
  { context }: Pick<TestNode, 'context'>,
  userId: string,
  conversationId: string,
  text: string,
): Promise<number> {
  const body = { text, clientId: randomUUID() };
  const message = await actions.sendMessage(context, person(userId), {
    params: { id: conversationId },
    body,
  });
  return message.seq;
}

/** The code of the problem that this ends in, with the pointers of its fields: `invalid /name`. */
export async function problemOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return [error.code, ...(error.problem.errors ?? []).map((field) => field.pointer)].join(' ');
  }
  return 'none';
}
