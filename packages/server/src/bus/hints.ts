import { HostId, Seq, Uuid } from '@parley/protocol';
import { Ajv } from 'ajv';
import type { BusEvent } from './bus.ts';

/** PostgreSQL takes payloads below 8,000 bytes, whoever sends them; recipients' ids have up to 128. */
const payloadLimit = 8_000;
const maxPayload = 7_500;
const recipientsPerHint = 40;

/** An event as it crosses nodes: what the other node cannot read from the database, and no more. */
export type Hint =
  | readonly ['m', conversationId: string, seq: number]
  | readonly ['r', conversationId: string, userId: string, seq: number]
  | readonly ['t', conversationId: string, userId: string]
  | readonly ['p', conversationId: string, userId: string, here: boolean]
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
      case 'conversation.attended':
        return [['p', event.conversationId, event.userId, event.here]];
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

/** What a payload says. */
export interface ReadPayload {
  readonly hints: readonly Hint[];
  /** Something in it is no hint, and was left out. */
  readonly isSpoiled: boolean;
}

/** The hints of another node's payload; none of one's own. */
export function readPayload(node: string, payload: string): ReadPayload {
  const start = payload.indexOf('[');
  if (start >= 0 && payload.slice(0, start) === node) return { hints: [], isSpoiled: false };
  const parsed = start < 0 || payload.length > payloadLimit ? null : parseOrNull(payload.slice(start));
  if (!Array.isArray(parsed)) return { hints: [], isSpoiled: true };
  const hints = parsed.filter((item) => isHint(item));
  return { hints, isSpoiled: hints.length < parsed.length };
}

/** Whoever reaches the bus may publish; what is no JSON is nobody's. */
function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const Recipients = { type: 'array', items: HostId };

/** What follows the letter of each hint. PostgreSQL is asked for these ids and positions, so they have to be such. */
const fields: Readonly<Record<Hint[0], readonly object[]>> = {
  m: [Uuid, Seq],
  r: [Uuid, HostId, Seq],
  t: [Uuid, HostId],
  p: [Uuid, HostId, { type: 'boolean' }],
  c: [Uuid, Recipients],
  b: [Recipients],
  i: [],
};

const isHint = new Ajv({ strict: false }).compile<Hint>({
  anyOf: Object.entries(fields).map(([letter, rest]) => {
    const items = [{ const: letter }, ...rest];
    return { type: 'array', items, minItems: items.length, maxItems: items.length };
  }),
});
