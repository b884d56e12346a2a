import { HostId, Seq, Uuid } from '@parley/protocol';
import { Ajv } from 'ajv';
import type { Hint } from './hints.ts';

/** PostgreSQL takes payloads below 8,000 bytes, whoever sends them. */
const payloadLimit = 8_000;
const maxHints = 7_500;
/** Numbers that one question asks for. */
export const maxAsked = 200;

/** What nodes say to each other about payloads themselves, not about what has happened. */
export type Remark =
  /** The sender gave numbers up to this one. */
  | readonly ['n', number: number]
  /** These payloads of a node did not come: it is to send them again. */
  | readonly ['a', node: string, numbers: readonly number[]];

/** Hints that travel together. */
export interface Packed {
  readonly hints: readonly Hint[];
  /** The hints as a payload carries them. */
  readonly body: string;
}

/** As many hints together as fit, in order. */
export function packHints(hints: readonly Hint[]): Packed[] {
  const packs: Packed[] = [];
  let [together, parts, size]: [Hint[], string[], number] = [[], [], 0];
  const close = (): void => {
    if (together.length > 0) packs.push({ hints: together, body: parts.join() });
    [together, parts, size] = [[], [], 0];
  };
  for (const hint of hints) {
    const part = JSON.stringify(hint);
    const bytes = Buffer.byteLength(part) + 1;
    if (size + bytes > maxHints) close();
    together.push(hint);
    parts.push(part);
    size += bytes;
  }
  close();
  return packs;
}

/** A payload that every backend takes: who sends it, under which of their numbers if under one, and what it carries. */
export function writePayload(node: string, number: number | null, body: string): string {
  return `${node}${number === null ? '' : `:${number}`}[${body}]`;
}

/** What a payload says. */
export interface ReadPayload {
  readonly node: string;
  readonly number: number | null;
  readonly hints: readonly Hint[];
  readonly remarks: readonly Remark[];
  /** Something in it is neither hint nor remark, and was left out. */
  readonly isSpoiled: boolean;
}

const head = /^([\w-]{1,64})(?::([1-9]\d{0,14}))?$/;

/** Reads what came over the bus, where whoever reaches it may publish; null where it is no payload at all. */
export function readPayload(payload: string): ReadPayload | null {
  const start = payload.indexOf('[');
  const [, node, number] = head.exec(start < 0 ? '' : payload.slice(0, start)) ?? [];
  const parsed =
    node === undefined || payload.length > payloadLimit ? null : parseOrNull(payload.slice(start));
  if (node === undefined || !Array.isArray(parsed)) return null;
  const hints = parsed.filter((item) => isHint(item));
  const remarks = parsed.filter((item) => isRemark(item));
  const isSpoiled = hints.length + remarks.length < parsed.length;
  return { node, number: number === undefined ? null : Number(number), hints, remarks, isSpoiled };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const Recipients = { type: 'array', items: HostId };
const Count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

/** What follows the letter of each hint. PostgreSQL is asked for these ids and positions, so they have to be such. */
const hintFields: Readonly<Record<Hint[0], readonly object[]>> = {
  m: [Uuid, Seq],
  r: [Uuid, HostId, Seq],
  t: [Uuid, HostId],
  p: [Uuid, HostId, { type: 'boolean' }],
  c: [Uuid, Recipients],
  b: [Recipients],
  i: [],
};

const remarkFields: Readonly<Record<Remark[0], readonly object[]>> = {
  n: [Count],
  a: [{ type: 'string' }, { type: 'array', items: Count, maxItems: maxAsked }],
};

const ajv = new Ajv({ strict: false });
const isHint = ajv.compile<Hint>(anyOf(hintFields));
const isRemark = ajv.compile<Remark>(anyOf(remarkFields));

function anyOf(fields: Readonly<Record<string, readonly object[]>>): object {
  return {
    anyOf: Object.entries(fields).map(([letter, rest]) => {
      const items = [{ const: letter }, ...rest];
      return { type: 'array', items, minItems: items.length, maxItems: items.length };
    }),
  };
}
