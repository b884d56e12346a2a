import { closeFrame, frame, opcodes } from './raw-socket.ts';

type Random = () => number;

function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** Texts of JSON, since some of this is nothing that `JSON.stringify` would write. */
function randomValue(random: Random, conversationId: string): string {
  return pick<() => string>(random, [
    () => pick(random, ['null', 'true', '""', '[]', '{}', '0', '-0', '1e999', '-1e999', '1e-999']),
    () => pick(random, ['9007199254740993', '-1', '1.5', '2147483648', '123456789012345678901234567890']),
    () =>
      pick(random, ['"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ufffe"', '"\u202e"']),
    () => pick(random, ['"__proto__"', '"constructor"', '"toString"', '"\' or 1=1 --"', '"%s%n"', '"\\\\"']),
    () => `"${pick(random, ['x', '👂', 'é', ' '])}`.padEnd(Math.floor(random() * 6_000), 'y') + '"',
    () => `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
    () => JSON.stringify(conversationId),
    () => JSON.stringify(conversationId.toUpperCase()),
    () => String(Math.floor(random() * 10)),
    () => `{"${conversationId}":${Math.floor(random() * 100) - 10}}`,
    () => `{"__proto__":{"op":"send"},"${conversationId}":"x"}`,
  ])();
}

const fields = {
  send: ['ref', 'conversationId', 'clientId', 'text'],
  read: ['ref', 'conversationId', 'seq'],
  typing: ['conversationId'],
  sync: ['ref', 'conversations'],
  ping: ['ref'],
  constructor: ['ref'],
  SEND: ['ref', 'text'],
} as const;
const ops = Object.keys(fields);
const all = [...fields.send, 'seq', 'conversations'];

/** A frame that the protocol allows and that carries a text: JSON more or less like one of Parley's. */
export function randomText(random: Random, conversationId: string): string {
  if (random() < 0.1)
    return pick(random, ['', '{', '[]', 'null', '"x"', '{"op":1}', '\u0000', '{"op":"send"']);
  const op = ops[Math.floor(random() * ops.length)] ?? 'send';
  const own = Object.entries(fields).find(([name]) => name === op)?.[1] ?? [];
  // Half of them have the fields of their op and no others, so that they get further than the schema.
  const given = random() < 0.5 ? own : all.filter(() => random() < 0.5);
  const members = given.map((field) => `"${field}":${randomField(random, field, conversationId)}`);
  const odd = random() < 0.05 ? [`"op":"ping"`, `"__proto__":{"ref":"p"}`] : [];
  return `{${[`"op":"${op}"`, ...members, ...odd].join()}}`;
}

function randomField(random: Random, field: string, conversationId: string): string {
  if (random() < 0.2) return randomValue(random, conversationId);
  const number = Math.floor(random() * 1_000);
  switch (field) {
    case 'conversationId':
      return `"${conversationId}"`;
    case 'seq':
      return String(number);
    case 'conversations':
      return `{"${conversationId}":${number}}`;
    default:
      return `"${field} ${number}"`;
  }
}

/** Bytes that are no frames, or frames that the protocol forbids, now and then one that it allows. */
export function randomBytes(random: Random): Buffer {
  const noise = Buffer.from(
    Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256)),
  );
  return pick<() => Buffer>(random, [
    () => noise,
    () => frame(Math.floor(random() * 16), noise, { fin: random() < 0.7, rsv: Math.floor(random() * 8) }),
    () => frame(Math.floor(random() * 16), noise, { masked: random() < 0.5 }),
    () => frame(opcodes.text, noise, { length: BigInt(Math.floor(random() * 2 ** 40)) }),
    () => closeFrame(Math.floor(random() * 65_536), noise.subarray(0, 100)),
    () => frame(opcodes.binary, noise),
    () => frame(opcodes.continuation, noise, { fin: random() < 0.5 }),
  ])();
}
