import { closeFrame, frame, opcodes } from './raw-socket.ts';

/** A generator of numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

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

const fields = ['ref', 'conversationId', 'clientId', 'text', 'seq', 'conversations', 'token'] as const;
const ops = ['send', 'read', 'typing', 'sync', 'ping', 'sent', 'constructor', '__proto__', 'SEND'] as const;

/** A frame that the protocol allows and that carries a text: JSON more or less like one of Parley's. */
export function randomText(random: Random, conversationId: string): string {
  if (random() < 0.1)
    return pick(random, ['', '{', '[]', 'null', '"x"', '{"op":1}', '\u0000', '{"op":"send"']);
  const given = fields.filter((field) => field !== 'token' && random() < 0.6);
  const members = given.map((field) => {
    if (field === 'conversationId' && random() < 0.6) return `"${field}":"${conversationId}"`;
    if (field === 'ref' && random() < 0.6) return `"${field}":"r${Math.floor(random() * 1_000)}"`;
    return `"${field}":${randomValue(random, conversationId)}`;
  });
  const op = random() < 0.95 ? [`"op":"${pick(random, ops)}"`] : [];
  const odd = random() < 0.1 ? [`"op":"ping"`, `"__proto__":{"ref":"p"}`] : [];
  return `{${[...op, ...members, ...odd].join()}}`;
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
