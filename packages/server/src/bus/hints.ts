import type { BusEvent } from './bus.ts';

/** PostgreSQL takes payloads below 8,000 bytes; recipients' ids have up to 128. */
const maxPayload = 7_500;
const recipientsPerHint = 40;

/** An event as it crosses nodes: what the other node cannot read from the database, and no more. */
export type Hint =
  | readonly ['m', conversationId: string, seq: number]
  | readonly ['r', conversationId: string, userId: string, seq: number]
  | readonly ['t', conversationId: string, userId: string]
  | readonly ['c', conversationId: string, recipients: readonly string[]]
  | readonly ['b', recipients: readonly string[]]
  /** Hints were lost that the database cannot tell. */
  | readonly ['i'];

/** The hints that stand for some events: of each log its newest message, which leads to all before it; long lists of recipients become several. */
export function hintsOf(events: readonly BusEvent[]): Hint[] {
  const newest = new Map<string, number>();
  for (const event of events)
    if (event.type === 'message.sent') newest.set(event.message.conversation_id, event.message.seq);
  return events.flatMap((event): Hint[] => {
    switch (event.type) {
      case 'message.sent': {
        const { conversation_id: conversationId, seq } = event.message;
        return newest.get(conversationId) === seq ? [['m', conversationId, seq]] : [];
      }
      case 'conversation.read':
        return [['r', event.conversationId, event.userId, event.seq]];
      case 'conversation.typed':
        return [['t', event.conversationId, event.userId]];
      case 'conversation.changed':
        return chunks(event.recipients).map((recipients) => ['c', event.conversationId, recipients]);
      case 'user.barred':
        return chunks(event.recipients).map((recipients) => ['b', recipients]);
      case 'message.stored':
      case 'bus.interrupted':
        return [];
    }
  });
}

function chunks(recipients: readonly string[]): string[][] {
  const count = Math.ceil(recipients.length / recipientsPerHint);
  return Array.from({ length: count }, (_none, index) =>
    recipients.slice(index * recipientsPerHint, (index + 1) * recipientsPerHint),
  );
}

/** Payloads that every backend takes, each the sender's name and as many hints as fit, in order. */
export function payloadsOf(node: string, hints: readonly Hint[]): string[] {
  const payloads: string[] = [];
  let parts: string[] = [];
  let size = 0;
  for (const part of hints.map((hint) => JSON.stringify(hint))) {
    const bytes = Buffer.byteLength(part) + 1;
    if (parts.length > 0 && size + bytes > maxPayload) {
      payloads.push(`${node}[${parts.join()}]`);
      parts = [];
      size = 0;
    }
    parts.push(part);
    size += bytes;
  }
  if (parts.length > 0) payloads.push(`${node}[${parts.join()}]`);
  return payloads;
}

/** The hints of another node's payload; none of one's own. */
export function readPayload(node: string, payload: string): Hint[] {
  const start = payload.indexOf('[');
  if (start < 0 || payload.slice(0, start) === node) return [];
  const parsed = parseOrNull(payload.slice(start));
  return Array.isArray(parsed) ? parsed.filter(isHint) : [];
}

/** Whoever reaches the bus may publish; what is no JSON is nobody's. */
function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isHint(value: unknown): value is Hint {
  if (!Array.isArray(value)) return false;
  const list: readonly unknown[] = value;
  const [type, a, b, c] = list;
  const isList = (list: unknown): boolean =>
    Array.isArray(list) && list.every((item) => typeof item === 'string');
  if (type === 'm') return typeof a === 'string' && typeof b === 'number';
  if (type === 'r') return typeof a === 'string' && typeof b === 'string' && typeof c === 'number';
  if (type === 't') return typeof a === 'string' && typeof b === 'string';
  if (type === 'c') return typeof a === 'string' && isList(b);
  if (type === 'b') return isList(a);
  return type === 'i';
}
