import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readServerFrame } from '../../packages/server/test/support/shapes.ts';
import { randomStream } from '../../bench/src/generate/random.ts';
import { longestWait, problemsOf, startLoad, type Load } from './load.ts';
import { makeProber, type Prober } from './probe.ts';
import { randomBytes, randomText } from './random-frames.ts';
import { closeFrame, frame, opcodes, openRaw, type RawSocket } from './raw-socket.ts';
import { patience, say, scaled } from './scale.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let prober: Prober;
let bystanders: Load;
let url: string;

beforeAll(async () => {
  world = await startWorld({ nodes: 1 });
  url = world.nodes[0]?.url ?? '';
  prober = await makeProber(world);
  bystanders = await startLoad(world, { pairs: 2, pause: 20, window: 1 });
}, patience);
afterAll(() => world.close());

const { text, binary, ping, continuation, close } = opcodes;

const protocolErrors: readonly (readonly [string, Buffer, number])[] = [
  ['a reserved opcode', frame(3, 'x'), 1002],
  ['a reserved control opcode', frame(11), 1002],
  ['a reserved bit', frame(text, '{}', { rsv: 1 }), 1002],
  ['compression that was not agreed on', frame(text, '{}', { rsv: 4 }), 1002],
  ['an unmasked frame', frame(text, '{}', { masked: false }), 1002],
  ['an unmasked ping', frame(ping, '', { masked: false }), 1002],
  ['a fragmented ping', frame(ping, '', { fin: false }), 1002],
  ['a fragmented close', frame(close, '', { fin: false }), 1002],
  ['a ping of 126 bytes', frame(ping, Buffer.alloc(126)), 1002],
  ['a continuation of nothing', frame(continuation, 'x'), 1002],
  ['a text within a text', Buffer.concat([frame(text, '{', { fin: false }), frame(text, '}')]), 1002],
  ['invalid UTF-8', frame(text, Buffer.from([0x22, 0xff, 0xfe, 0x22])), 1007],
  ['a surrogate in UTF-8', frame(text, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), 1007],
  ['UTF-8 that ends in the middle', frame(text, Buffer.from([0x22, 0xe2, 0x82])), 1007],
  ['a frame over 64 KiB', frame(text, Buffer.alloc(65_537, 0x20)), 1009],
  ['a length of 2^40', frame(text, 'x', { length: 2n ** 40n }), 1009],
  ['a length of 2^63', frame(text, 'x', { length: 2n ** 63n }), 1009],
  [
    'fragments over 64 KiB together',
    Buffer.concat([
      frame(text, Buffer.alloc(40_000, 0x20), { fin: false }),
      frame(continuation, Buffer.alloc(40_000, 0x20)),
    ]),
    1009,
  ],
  ['a close of one byte', frame(close, 'x'), 1002],
  ['a close code below 1000', closeFrame(999), 1002],
  ['the close code 1005', closeFrame(1005), 1002],
  ['the close code 1006', closeFrame(1006), 1002],
  ['a close code above 4999', closeFrame(5000), 1002],
  ['a close reason of invalid UTF-8', closeFrame(1000, Buffer.from([0xff])), 1007],
];

test.each(protocolErrors)(
  '%s closes the connection, and says why',
  async (_name, bytes, code) => {
    for (const token of [undefined, prober.token]) {
      const raw = await openRaw(url, token);
      raw.write(bytes);
      expect(await raw.closed).toBe(code);
    }
  },
  patience,
);

test('what the protocol allows is no error: fragments, a ping between them, an empty continuation', async () => {
  const raw = await openRaw(url, prober.token);
  raw.write(frame(text, '{"op":"ping",', { fin: false }));
  raw.write(frame(ping, 'between'));
  raw.write(frame(continuation, '', { fin: false }));
  raw.write(frame(continuation, '"ref":"whole"}'));
  await raw.received(2);
  expect(raw.texts[1]).toBe('{"op":"pong","ref":"whole"}');
  raw.end();
});

const asked = [
  'GET /v1/realtime HTTP/1.1',
  'Host: parley',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const without = (name: string) => asked.filter((line) => !line.startsWith(name));

const upgrades: readonly (readonly [string, readonly string[], number])[] = [
  [
    '2,000 headers',
    [...asked, ...Array.from({ length: 2_000 }, (_none, index) => `X-Header-${index}: y`)],
    431,
  ],
  ['a header of 1 MB', [...asked, `X: ${'y'.repeat(1_000_000)}`], 431],
  ['no key', without('Sec-WebSocket-Key'), 400],
  ['another version', [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 7'], 400],
  ['a header that is none', [...asked, 'no colon'], 400],
  ['a foreign origin', [...asked, 'Origin: https://evil.example'], 403],
  ['another address', ['GET /v1/nothing HTTP/1.1', ...without('GET')], 404],
];

test.each(upgrades)(
  'an upgrade with %s is refused, and the connection ended',
  async (_name, lines, status) => {
    expect(await exchange([...lines, '', ''].join('\r\n'))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  },
);

test('an upgrade to another version hears which there are (RFC 6455, 4.4)', async () => {
  const lines = [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 7', '', ''];
  expect(await exchange(lines.join('\r\n'))).toMatch(/^Sec-WebSocket-Version: 13\b/m);
});

test('what is no HTTP is refused', async () => {
  expect(await exchange('\u0000\u0001\u0002 parley\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
});

/** Sends bytes, and answers what comes back until the other side closes. */
async function exchange(request: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (bytes) => (answer += bytes.toString()));
  socket.on('error', (error) => (answer += error.message));
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

const oddFrames: readonly (readonly [string, string])[] = [
  ['deep arrays', '['.repeat(60_000)],
  ['deep objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  [
    'depth inside a frame',
    `{"op":"sync","ref":"r","conversations":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  ],
  ['a huge seq', `{"op":"read","ref":"r","conversationId":"$id","seq":1e999}`],
  ['a seq that no double holds', `{"op":"read","ref":"r","conversationId":"$id","seq":9007199254740993}`],
  ['a seq beyond PostgreSQL', `{"op":"sync","ref":"r","conversations":{"$id":99999999999}}`],
  ['NUL in a clientId', `{"op":"send","ref":"r","conversationId":"$id","clientId":"a\\u0000b","text":"x"}`],
  ['only NUL in a text', `{"op":"send","ref":"r","conversationId":"$id","clientId":"n2","text":"\\u0000"}`],
  ['only a lone surrogate', `{"op":"send","ref":"r","conversationId":"$id","clientId":"\\ud800","text":"x"}`],
  [
    '5,001 characters',
    `{"op":"send","ref":"r","conversationId":"$id","clientId":"n3","text":"${'x'.repeat(5_001)}"}`,
  ],
  ['the prototype', `{"__proto__":{"op":"ping"},"ref":"r"}`],
  ['an op of every object', `{"op":"constructor","ref":"r"}`],
];

test.each(oddFrames)('%s: the connection answers and lives on', async (_name, template) => {
  const raw = await openRaw(url, prober.token);
  raw.write(frame(text, template.replaceAll('$id', prober.conversationId)));
  raw.write(frame(text, '{"op":"ping","ref":"after"}'));
  await raw.received(3);
  const answers = raw.texts.slice(1).map(readServerFrame);
  expect(answers.map((answer) => answer.op).sort()).toEqual(['error', 'pong']);
  for (const answer of answers) if (answer.op === 'error') expect(answer.problem.status).toBeLessThan(500);
  raw.end();
});

test('NUL and lone surrogates within a text are stored or refused, never an error of ours', async () => {
  const raw = await openRaw(url, prober.token);
  for (const [index, odd] of ['a\\u0000b', '\\ud800 a', 'a \\udc00', '\\udc00\\ud800'].entries()) {
    const send = `{"op":"send","ref":"${index}","conversationId":"${prober.conversationId}","clientId":"odd-${index}","text":"${odd}"}`;
    raw.write(frame(text, send));
    await raw.received(index + 2);
    const answer = readServerFrame(raw.texts[index + 1] ?? '');
    if (answer.op === 'error') expect(answer.problem.status).toBeLessThan(500);
    else expect(answer.op).toBe('sent');
  }
  raw.end();
});

test(
  'random frames: no exit, no leak, no error of ours',
  async () => {
    const seed = Date.now() % 2 ** 32;
    const random = randomStream(seed);
    const count = scaled(100_000, 5_000);
    const memory: number[] = [];
    const statuses = new Map<string, number>();
    for (let sent = 0; sent < count;) {
      const round = Math.min(500, count - sent);
      await Promise.all([
        speakOddly(random, round * 0.8, statuses),
        speakGarbage(random, Math.ceil(round * 0.2)),
      ]);
      sent += round;
      memory.push((await world.nodes[0]?.residentMemory()) ?? Number.NaN);
      if (sent % 10_000 === 0) say(`${sent} frames, ${memoryOf(memory.at(-1))} MiB`);
    }
    say(`seed ${seed}, answers ${JSON.stringify(Object.fromEntries(statuses))}`);
    expect([...statuses.keys()].sort(), `seed ${seed}`).toEqual(
      expect.arrayContaining(['400', 'ok', 'pong', 'sent', 'sync']),
    );
    expect([...statuses.keys()].filter((kind) => kind.startsWith('5'))).toEqual([]);
    // The first half warms the runtime up; after that, memory is what was given back and taken again.
    const warm = Math.max(...memory.slice(0, Math.ceil(memory.length / 2)));
    expect((memory.at(-1) ?? Number.NaN) - warm, `seed ${seed}`).toBeLessThan(64 * 2 ** 20);
    expect(world.exits).toEqual([]);
  },
  patience,
);

function memoryOf(bytes = Number.NaN): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/** Frames that the WebSocket protocol allows, on one connection. Each gets its answer, or none is due. */
async function speakOddly(random: () => number, count: number, statuses: Map<string, number>): Promise<void> {
  const raw = await openRaw(url, prober.token);
  for (let sent = 0; sent < count; sent += 1)
    raw.write(frame(random() < 0.05 ? binary : text, randomText(random, prober.conversationId)));
  // A ping is answered at once, the others when the database has answered.
  raw.write(frame(text, '{"op":"ping","ref":"the end"}'));
  await heard(raw, '{"op":"pong","ref":"the end"}');
  raw.write(frame(text, '{"op":"sync","ref":"the end","conversations":{}}'));
  await heard(raw, '{"op":"sync","ref":"the end"');
  for (const answer of raw.texts.map(readServerFrame)) {
    const kind = answer.op === 'error' ? String(answer.problem.status) : answer.op;
    statuses.set(kind, (statuses.get(kind) ?? 0) + 1);
  }
  raw.end();
}

async function heard(raw: RawSocket, start: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!raw.texts.some((one) => one.startsWith(start))) {
    if (!raw.isOpen) throw new Error('a connection was closed for frames that the protocol allows');
    if (performance.now() > deadline) throw new Error('a connection does not answer any more');
    await sleep(10);
  }
}

/** Bytes that break the WebSocket protocol, a connection each. */
async function speakGarbage(random: () => number, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 20)
    await Promise.all(
      Array.from({ length: Math.min(20, count - sent) }, async () => {
        const raw = await openRaw(url, random() < 0.5 ? prober.token : undefined);
        raw.write(randomBytes(random));
        await Promise.race([raw.closed, sleep(30)]);
        raw.end();
      }),
    );
}

test(
  'nobody else noticed any of it',
  async () => {
    const { violations, figures } = await bystanders.settle();
    expect(violations).toEqual([]);
    expect(figures.acknowledged).toBeGreaterThan(100);
    expect(problemsOf(bystanders.people)).toEqual([]);
    expect(bystanders.people.every(({ diary }) => diary.connections === 1)).toBe(true);
    expect(longestWait(bystanders.people)).toBeLessThan(3_000);
    expect(world.exits).toEqual([]);
  },
  patience,
);
