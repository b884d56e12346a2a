import { expect, test } from 'vitest';
import { randomStream } from '../../bench/src/generate/random.ts';
import { createUnreliability } from './unreliable.ts';
import { createPostgresWire, createRedisWire, createSplitter, type Wire } from './wire.ts';

function fromPostgres(type: string, body: string): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`);
  head.writeInt32BE(4 + Buffer.byteLength(body), 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

const postgresEvent = fromPostgres('A', 'four parley\0[["m","A\0\0\0",1]]\0');
const postgresValues = [
  Buffer.from('N'),
  fromPostgres('R', '\0\0\0\0'),
  fromPostgres('S', 'server_encoding\0UTF8\0'),
  postgresEvent,
  fromPostgres('N', ''),
  fromPostgres('D', 'A\0\0\0\x05A'.repeat(300)),
  postgresEvent,
  fromPostgres('Z', 'I'),
];

const redisEvent = Buffer.from('*3\r\n$7\r\nmessage\r\n$8\r\nparley:0\r\n$9\r\n[["t\r\n"]]\r\n');
const redisPush = Buffer.from(redisEvent.toString().replace('*', '>'));
const redisValues = [
  ...['+PONG', '-ERR no', ':1', '$0\r\n', '$-1', '*-1', '*0', '_', '#t', ',1.5', '(123', '=7\r\ntxt:a\r\n'],
  '$12\r\n*3\r\n$7\r\n>3\r\n',
  '*2\r\n*2\r\n:1\r\n$2\r\n\r\n\r\n+a',
  '%2\r\n+a\r\n*1\r\n:1\r\n+b\r\n~1\r\n$-1',
  '!5\r\nERR a',
  '|1\r\n+ttl\r\n%1\r\n+a\r\n:1\r\n*1\r\n:9',
  '*3\r\n$9\r\nsubscribe\r\n$8\r\nparley:0\r\n:1',
].map((text) => Buffer.from(`${text}\r\n`));
redisValues.splice(3, 0, redisEvent, redisPush, redisEvent);

/** Says it all again and again, each time cut elsewhere. */
function expectValues(create: () => Wire, values: readonly Buffer[], events: number): void {
  const random = randomStream(3);
  const bytes = Buffer.concat(values);
  for (let round = 0; round < 200; round += 1) {
    const wire = create();
    const split = createSplitter(wire);
    const longest = 1 + Math.floor(random() * (round % 2 === 0 ? 8 : bytes.length));
    const found: Buffer[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = start + 1 + Math.floor(random() * longest);
      found.push(...split(bytes.subarray(start, end)));
      start = end;
    }
    expect(found.map(String)).toEqual(values.map(String));
    expect(found.filter((value) => wire.isEvent(value))).toHaveLength(events);
  }
}

test('what PostgreSQL says is cut where its messages end, and notifications are told from rows', () => {
  expectValues(createPostgresWire, postgresValues, 2);
});

test('what Redis says is cut where its values end, in both versions, and publications are told from the rest', () => {
  expectValues(createRedisWire, redisValues, 3);
});

test('what cannot be told apart is refused', () => {
  const encrypted = createSplitter(createPostgresWire());
  expect(() => encrypted(Buffer.from('S'))).toThrow('encrypted');
  for (const text of ['hello\r\n', '*3a\r\n', '$?\r\n'])
    expect(() => createSplitter(createRedisWire())(Buffer.from(text))).toThrow('RESP');
});

test('a tenth each is dropped, doubled and held back; what is no event comes whole and in its order', async () => {
  const { disturb, mishaps } = createUnreliability(createPostgresWire, 4);
  const came: Buffer[] = [];
  const take = disturb((bytes) => void came.push(bytes));
  const count = 2_000;
  take(fromPostgres('R', ''));
  for (let index = 0; index < count; index += 1)
    take(Buffer.concat([fromPostgres('A', `${index}`), fromPostgres('D', `${index}`)]));
  await expect.poll(() => seen('A').size).toBe(count - mishaps.dropped);

  function heard(type: string): number[] {
    const values = createSplitter(createPostgresWire())(Buffer.concat(came));
    return values
      .filter((value) => value[0] === type.charCodeAt(0))
      .map((value) => Number(value.toString('latin1', 5)));
  }
  function seen(type: string): Set<number> {
    return new Set(heard(type));
  }
  const events = heard('A');
  expect(heard('D')).toEqual(Array.from({ length: count }, (_none, index) => index));
  expect(mishaps.events).toBe(count);
  expect(events.length - seen('A').size).toBe(mishaps.doubled);
  let newest = -1;
  const overtaken = events.filter((index) => {
    const isOld = index < newest;
    newest = Math.max(newest, index);
    return isOld;
  });
  expect(overtaken.length).toBe(mishaps.reordered);
  for (const share of [mishaps.dropped, mishaps.doubled, mishaps.reordered].map((some) => some / count)) {
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
  }
});
