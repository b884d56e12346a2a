import { closeCodes } from '@parley/protocol';
import type { Context } from '../actions/action.ts';
import type { BusEvent } from '../bus/bus.ts';
import { loadConversation } from '../db/conversations.ts';
import { presentMessage } from '../db/present.ts';
import { opens } from '../domain/scope.ts';
import type { Audience } from './audience.ts';
import { pushText, sendKey, type Connection } from './connection.ts';
import { createFreshest, type Freshest } from './freshest.ts';
import { createRecent, type Recent } from './recent.ts';

/** What can be pushed as it is: messages in their order, and what has none. */
export type Push = Exclude<BusEvent, { type: 'message.stored' | 'bus.interrupted' }>;

/** Read positions that are remembered: what comes late over the bus comes within seconds. */
const rememberedReads = 10_000;

/** What was pushed before, as far as it decides what is pushed next. */
interface Told {
  readonly freshest: Freshest;
  readonly reads: Recent<number>;
}

/** The function that pushes an event to those of its recipients who are connected here. */
export function createDeliver(context: Context, audience: Audience): (event: Push) => void {
  const told = { freshest: createFreshest(), reads: createRecent<number>(rememberedReads) };
  return (event) => deliver(context, audience, told, event);
}

function deliver(context: Context, audience: Audience, { freshest, reads }: Told, event: Push): void {
  switch (event.type) {
    case 'message.sent':
      return deliverMessage(context, audience, event);
    case 'conversation.read': {
      const { conversationId, userId, seq } = event;
      if (!isNews(reads, `${conversationId} ${userId}`, seq)) return;
      return pushToAll(audience, event, JSON.stringify({ op: 'read', conversationId, userId, seq }));
    }
    case 'conversation.typed': {
      const { conversationId, userId } = event;
      return pushToAll(audience, event, JSON.stringify({ op: 'typing', conversationId, userId }));
    }
    case 'conversation.attended': {
      const { conversationId, userId, here } = event;
      return pushToAll(audience, event, JSON.stringify({ op: 'presence', conversationId, userId, here }));
    }
    case 'conversation.changed':
      return deliverConversation(context, audience, freshest, event);
    case 'user.barred':
      return event.recipients.forEach((userId) =>
        closeAll(audience.of(userId), closeCodes.forbidden, 'barred'),
      );
  }
}

/** A position is told in its order: one that another node or request overtook says nothing new. */
function isNews(reads: Recent<number>, key: string, seq: number): boolean {
  if (seq <= (reads.get(key) ?? 0)) return false;
  reads.set(key, seq);
  return true;
}

function closeAll(connections: Iterable<Connection>, code: number, reason: string): void {
  for (const connection of [...connections]) connection.socket.close(code, reason);
}

/** A session that a mail's link opened hears of its one conversation alone. */
function listeners(audience: Audience, userId: string, conversationId: string): Connection[] {
  const connections: Connection[] = [];
  for (const connection of audience.of(userId))
    if (opens(connection.asker.conversationId, conversationId)) connections.push(connection);
  return connections;
}

function pushToAll(
  audience: Audience,
  event: { recipients: readonly string[]; conversationId: string },
  frame: string,
): void {
  for (const userId of event.recipients)
    for (const connection of listeners(audience, userId, event.conversationId)) pushText(connection, frame);
}

/** Serialised once for everybody, unless it carries addresses that are signed for one reader. */
function deliverMessage(
  context: Context,
  audience: Audience,
  event: Extract<BusEvent, { type: 'message.sent' }>,
): void {
  const { message, authorName } = event;
  const present = (userId: string): string =>
    JSON.stringify(presentMessage(message, authorName, { userId, links: context.links }));
  const perReader = message.data?.attachments !== undefined;
  let shared: string | null = null;
  for (const userId of event.recipients) {
    const connections = listeners(audience, userId, message.conversation_id);
    if (connections.length === 0) continue;
    const text = perReader ? present(userId) : (shared ??= present(userId));
    for (const connection of connections) pushText(connection, messageFrame(connection, event, text));
  }
}

/** The connection that sent it hears `sent` in the message's own place, so that each connection sees one order. */
function messageFrame(
  connection: Connection,
  event: Extract<BusEvent, { type: 'message.sent' }>,
  text: string,
): string {
  const { author, client_id: clientId, conversation_id: conversationId } = event.message;
  if (clientId !== null && author === connection.asker.userId) {
    const pending = connection.pending.get(sendKey(conversationId, clientId));
    if (pending !== undefined && !pending.answered) {
      pending.answered = true;
      return `{"op":"sent","ref":${JSON.stringify(pending.ref)},"message":${text}}`;
    }
  }
  return `{"op":"message","message":${text}}`;
}

/** A client takes what is pushed last: with two readings at once, that could be the older one. */
function deliverConversation(
  context: Context,
  audience: Audience,
  freshest: Freshest,
  event: Extract<BusEvent, { type: 'conversation.changed' }>,
): void {
  for (const userId of event.recipients) {
    if (listeners(audience, userId, event.conversationId).length === 0) continue;
    freshest.ask(`${userId} ${event.conversationId}`, () =>
      pushConversation(context, audience, userId, event.conversationId),
    );
  }
}

async function pushConversation(
  context: Context,
  audience: Audience,
  userId: string,
  conversationId: string,
): Promise<void> {
  try {
    const conversation = await loadConversation(context.db, userId, conversationId);
    if (conversation === null || conversation.lastSeq === 0) return;
    const frame = JSON.stringify({ op: 'conversation', conversation });
    for (const connection of listeners(audience, userId, conversationId)) pushText(connection, frame);
  } catch (error) {
    context.log.warn({ err: error }, 'a changed conversation could not be read for a push');
    closeAll(listeners(audience, userId, conversationId), closeCodes.resync, 'resync');
  }
}
