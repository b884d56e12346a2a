import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clockTolerance } from '../src/http/token-verifier.ts';
import {
  beginConversation,
  startTestService,
  tokenFor,
  type TestService,
} from './support/running-service.ts';
import { scrape } from './support/scrape.ts';
import { readServerFrame } from './support/shapes.ts';
import { at, connectAs, connectSocket, type Json, type TestSocket } from './support/socket.ts';

let service: TestService;
const sockets: TestSocket[] = [];

beforeAll(async () => {
  service = await startTestService({ METRICS_PORT: '0' });
  await seed(service);
});

afterAll(async () => {
  sockets.forEach((socket) => socket.close());
  await service.close();
});

async function connect(userId: string): Promise<TestSocket> {
  const socket = await connectAs(service.url, userId);
  sockets.push(socket);
  return socket;
}

async function seed({ ask }: TestService): Promise<void> {
  const people = { john: 'John D.', sarah: 'Sarah', tom: 'Tom', eve: 'Eve' };
  for (const [id, name] of Object.entries(people)) await ask('putUser', { params: { id }, body: { name } });
  await ask('putStore', { params: { id: 'clay' }, body: { name: 'Clay & Co', members: ['sarah', 'tom'] } });
}

function listAt(value: unknown, key: string): unknown[] {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
}

/** @throws for a frame that the protocol does not know */
function expectValid(frames: readonly Json[]): void {
  for (const frame of frames) readServerFrame(JSON.stringify(frame));
}

describe('auth', () => {
  test('a token opens the connection, another frame first or a bad token closes it', async () => {
    const good = await connectAs(service.url, 'john');
    expect(good.frames[0]).toEqual({ op: 'ready', ref: 'auth', userId: 'john' });
    good.close();
    const early = await connectSocket(service.url);
    expect(await early.ask({ op: 'ping', ref: '1' })).toMatchObject({
      op: 'error',
      problem: { status: 401 },
    });
    expect((await early.closed).code).toBe(4001);
    const bad = await connectSocket(service.url);
    expect(await bad.ask({ op: 'auth', ref: '1', token: 'nonsense' })).toMatchObject({
      op: 'error',
      problem: { status: 401 },
    });
    expect((await bad.closed).code).toBe(4001);
  });

  test('a token that ended within what clocks may differ by is good until then', async () => {
    const ended = Math.floor(Date.now() / 1000) - 3;
    const socket = await connectAs(service.url, 'john', { exp: ended });
    expect(await socket.ask({ op: 'ping', ref: '1' })).toMatchObject({ op: 'pong' });
    expect((await socket.closed).code).toBe(4001);
    // Timers count in whole milliseconds.
    expect(Date.now() / 1000 - ended).toBeGreaterThan(clockTolerance - 0.01);
  });

  test('a fresh token keeps the connection, another person’s ends it', async () => {
    const socket = await connect('john');
    expect(await socket.ask({ op: 'auth', ref: '2', token: await tokenFor('john') })).toMatchObject({
      op: 'ready',
    });
    await socket.ask({ op: 'auth', ref: '3', token: await tokenFor('eve') });
    expect((await socket.closed).code).toBe(4001);
  });
});

describe('messages', () => {
  test('are acknowledged to the sender, pushed to every other connection, and to nobody else', async () => {
    const id = await beginConversation(service);
    const [phone, laptop, sarah, tom, eve] = [
      await connect('john'),
      await connect('john'),
      await connect('sarah'),
      await connect('tom'),
      await connect('eve'),
    ];
    const answer = await phone.ask({
      op: 'send',
      ref: '7',
      conversationId: id,
      clientId: 'c-1',
      text: '  Is it still there?\n ',
    });
    expect(answer).toMatchObject({
      op: 'sent',
      ref: '7',
      message: {
        conversationId: id,
        seq: 2,
        kind: 'text',
        text: 'Is it still there?',
        clientId: 'c-1',
        author: { side: 'buyer', userId: 'john', name: 'John D.' },
      },
    });
    for (const socket of [laptop, sarah, tom]) {
      const pushed = await socket.next(
        (frame) => frame['op'] === 'message' && at(frame, 'message', 'clientId') === 'c-1',
      );
      expect(pushed['message']).toEqual(answer['message']);
    }
    await phone.ask({ op: 'ping', ref: 'later' });
    expect(phone.frames.filter((frame) => frame['op'] === 'message')).toEqual([]);
    await eve.ask({ op: 'ping', ref: 'later' });
    expect(eve.frames.map((frame) => frame['op'])).toEqual(['ready', 'pong']);
    expectValid([...phone.frames, ...laptop.frames, ...sarah.frames]);
  });

  test('sent twice are stored once, with another text refused', async () => {
    const id = await beginConversation(service);
    const socket = await connect('john');
    const first = await socket.ask({
      op: 'send',
      ref: '1',
      conversationId: id,
      clientId: 'same',
      text: 'hello',
    });
    const again = await socket.ask({
      op: 'send',
      ref: '2',
      conversationId: id,
      clientId: 'same',
      text: 'hello',
    });
    expect(again['message']).toEqual(first['message']);
    expect(
      await socket.ask({ op: 'send', ref: '3', conversationId: id, clientId: 'same', text: 'other' }),
    ).toMatchObject({ op: 'error', problem: { status: 409 } });
  });

  test('arrive in the order of seq on every connection, answers included', async () => {
    const id = await beginConversation(service);
    const [john, sarah, tom] = [await connect('john'), await connect('sarah'), await connect('tom')];
    for (let index = 0; index < 150; index += 1)
      for (const [name, socket] of Object.entries({ john, sarah }))
        socket.send({
          op: 'send',
          ref: `${name}-${index}`,
          conversationId: id,
          clientId: `${name}-${index}`,
          text: `${name} ${index}`,
        });
    for (const socket of [john, sarah, tom]) {
      await socket.next((frame) => at(frame, 'message', 'seq') === 301);
      const seqs = socket.frames.flatMap((frame) =>
        at(frame, 'message', 'conversationId') === id ? [at(frame, 'message', 'seq')] : [],
      );
      expect(seqs).toEqual(Array.from({ length: 300 }, (_none, index) => index + 2));
    }
  });

  test('of a new conversation come after the conversation itself, to a store’s people too', async () => {
    const sarah = await connect('sarah');
    const id = await beginConversation(service);
    const frame = await sarah.next(
      (pushed) => pushed['op'] === 'conversation' && at(pushed, 'conversation', 'id') === id,
    );
    expect(frame).toMatchObject({
      conversation: {
        lastSeq: 1,
        seat: { side: 'store', unread: 1 },
        lastMessage: { text: 'Is it still there?' },
      },
    });
    expectValid(sarah.frames);
  });
});

describe('reads, typing, sync', () => {
  test('a read position goes up, never down, and is pushed to the others and to one’s own connections', async () => {
    const id = await beginConversation(service);
    const [phone, laptop, john] = [await connect('sarah'), await connect('sarah'), await connect('john')];
    expect(await phone.ask({ op: 'read', ref: '1', conversationId: id, seq: 1 })).toEqual({
      op: 'ok',
      ref: '1',
    });
    const push = { op: 'read', conversationId: id, userId: 'sarah', seq: 1 };
    await laptop.next((frame) => JSON.stringify(frame) === JSON.stringify(push));
    await john.next((frame) => JSON.stringify(frame) === JSON.stringify(push));
    await phone.ask({ op: 'read', ref: '2', conversationId: id, seq: 0 });
    await phone.ask({ op: 'read', ref: '3', conversationId: id, seq: 1 });
    await john.ask({ op: 'ping', ref: 'p' });
    expect(john.frames.filter((frame) => frame['op'] === 'read')).toHaveLength(1);
  });

  test('typing is seen by the others alone, and by nobody after a block', async () => {
    const id = await beginConversation(service);
    const [john, sarah] = [await connect('john'), await connect('sarah')];
    john.send({ op: 'typing', conversationId: id });
    await sarah.next((frame) => frame['op'] === 'typing' && frame['userId'] === 'john');
    expect(john.frames.some((frame) => frame['op'] === 'typing')).toBe(false);
    sarah.frames.length = 0;
    await service.ask('putBlock', { as: await tokenFor('sarah'), params: { id: 'john' } });
    john.send({ op: 'typing', conversationId: id });
    await john.ask({ op: 'ping', ref: 'p' });
    await sarah.ask({ op: 'ping', ref: 'p' });
    expect(sarah.frames.some((frame) => frame['op'] === 'typing')).toBe(false);
    await service.ask('deleteBlock', { as: await tokenFor('sarah'), params: { id: 'john' } });
  });

  test('presence is seen by everybody there, until it ends, and by nobody after a block', async () => {
    const id = await beginConversation(service);
    const [john, sarah, eve] = [await connect('john'), await connect('sarah'), await connect('eve')];
    for (const here of [true, false]) {
      john.send({ op: 'presence', conversationId: id, here });
      await sarah.next((frame) => frame['op'] === 'presence' && frame['here'] === here);
    }
    expect(sarah.frames.at(-1)).toEqual({ op: 'presence', conversationId: id, userId: 'john', here: false });
    expect(john.frames.at(-1)).toEqual(sarah.frames.at(-1));
    expect(
      at(await eve.ask({ op: 'presence', ref: 'e', conversationId: id, here: true }), 'problem', 'status'),
    ).toBe(404);
    await service.ask('putBlock', { as: await tokenFor('sarah'), params: { id: 'john' } });
    for (const socket of [john, sarah]) socket.frames.length = 0;
    john.send({ op: 'presence', conversationId: id, here: true });
    for (const socket of [john, sarah]) await socket.ask({ op: 'ping', ref: 'p' });
    for (const socket of [john, sarah, eve])
      expect(socket.frames.some((frame) => frame['op'] === 'presence')).toBe(false);
    await service.ask('deleteBlock', { as: await tokenFor('sarah'), params: { id: 'john' } });
  });

  test('sync answers what was missed, and starts anew past 1,000 messages', async () => {
    const [some, many] = [await beginConversation(service), await beginConversation(service)];
    const sarah = await connect('sarah');
    for (let index = 0; index < 1_005; index += 1)
      sarah.send({
        op: 'send',
        ref: `${index}`,
        conversationId: many,
        clientId: `${index}`,
        text: `${index}`,
      });
    await sarah.next((frame) => at(frame, 'message', 'seq') === 1_006);
    await sarah.ask({ op: 'send', ref: 'x', conversationId: some, clientId: 'x', text: 'one more' });
    const john = await connect('john');
    const stranger = randomUUID();
    const answer = await john.ask({
      op: 'sync',
      ref: 's',
      conversations: { [some]: 1, [many]: 3, [stranger]: 0 },
    });
    expectValid([answer]);
    const byId = new Map(listAt(answer, 'conversations').map((item) => [at(item, 'id'), item]));
    expect([...byId.keys()].sort()).toEqual([some, many].sort());
    expect(byId.get(some)).toMatchObject({ more: false, messages: [{ seq: 2, text: 'one more' }] });
    expect(byId.get(many)).toMatchObject({ reset: true, more: true });
    expect(listAt(byId.get(many), 'messages').map((message) => at(message, 'seq'))).toEqual(
      Array.from({ length: 50 }, (_none, index) => index + 957),
    );
    expect(answer['inbox']).toEqual(await service.ask('listInbox', { as: await tokenFor('john') }));
  });
});

describe('wrong frames', () => {
  test.each([
    ['no JSON', '{"op":', 400],
    ['no object', '[]', 400],
    ['unknown op', { op: 'dance', ref: '1' }, 400],
    ['missing ref', { op: 'ping' }, 400],
    ['unknown field', { op: 'ping', ref: '1', extra: 1 }, 400],
    [
      'text of the wrong type',
      { op: 'send', ref: '1', conversationId: randomUUID(), clientId: 'x', text: 7 },
      400,
    ],
    ['empty text', { op: 'send', ref: '1', conversationId: randomUUID(), clientId: 'x', text: '   ' }, 400],
    [
      'NUL in the text',
      { op: 'send', ref: '1', conversationId: randomUUID(), clientId: 'x', text: 'a\0b' },
      400,
    ],
    [
      'NUL in the clientId',
      { op: 'send', ref: '1', conversationId: randomUUID(), clientId: 'x\0', text: 'a' },
      400,
    ],
    [
      'half a surrogate pair',
      { op: 'send', ref: '1', conversationId: randomUUID(), clientId: 'x', text: 'a\ud800b' },
      400,
    ],
    [
      'a conversation that is not there',
      { op: 'send', ref: '1', conversationId: randomUUID(), clientId: 'x', text: 'hi' },
      404,
    ],
    ['deep JSON', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 400],
  ])('%s gets an error and leaves the connection open', async (_name, frame, status) => {
    const socket = await connect('john');
    socket.send(frame);
    const error = await socket.next((answer) => answer['op'] === 'error');
    expect(error).toMatchObject({ problem: { status } });
    expectValid([error]);
    expect(await socket.ask({ op: 'ping', ref: 'still here' })).toMatchObject({ op: 'pong' });
  });

  test('a stranger’s send is a 404, a frame over 64 KiB closes the connection with 1009', async () => {
    const id = await beginConversation(service);
    const eve = await connect('eve');
    expect(
      await eve.ask({ op: 'send', ref: '1', conversationId: id, clientId: 'x', text: 'hi' }),
    ).toMatchObject({ problem: { status: 404 } });
    expect(await eve.ask({ op: 'read', ref: '2', conversationId: id, seq: 1 })).toMatchObject({
      problem: { status: 404 },
    });
    eve.send('x'.repeat(64 * 1024 + 1));
    expect((await eve.closed).code).toBe(1009);
  });
});

describe('bars and limits', () => {
  test('a person who is erased hears nothing more', async () => {
    await service.ask('putUser', { params: { id: 'gone' }, body: { name: 'Gone' } });
    const socket = await connect('gone');
    await service.ask('deleteUser', { params: { id: 'gone' } });
    expect((await socket.closed).code).toBe(4003);
    // Another token would not help either.
    const again = await connectSocket(service.url);
    expect(await again.ask({ op: 'auth', ref: 'again', token: await tokenFor('gone') })).toMatchObject({
      problem: { status: 403 },
    });
    expect((await again.closed).code).toBe(4003);
  });

  test('sends over the limit get 429 with retryAfter, and each is answered', async () => {
    const strict = await startTestService({ LIMIT_SENDS: '5/s' });
    await seed(strict);
    const id = await beginConversation(strict);
    const socket = await connectAs(strict.url, 'sarah');
    for (let index = 0; index < 60; index += 1)
      socket.send({ op: 'send', ref: `${index}`, conversationId: id, clientId: `${index}`, text: 'hi' });
    await vi.waitFor(() => expect(socket.frames).toHaveLength(61));
    const refused = socket.frames.filter((frame) => frame['op'] === 'error');
    expect(refused.length).toBeGreaterThanOrEqual(35);
    expect(refused[0]).toMatchObject({ problem: { status: 429, retryAfter: expect.any(Number) as unknown } });
    socket.close();
    await strict.close();
  });

  test('an address that fails to say who it is has to wait, by itself', async () => {
    const strict = await startTestService({ LIMIT_REQUESTS: '3/h', TRUST_PROXY: 'true' });
    const from = (address: string) => connectSocket(strict.url, { 'x-forwarded-for': address });
    const failing = [
      { op: 'auth', ref: '1', token: 'none' },
      { op: 'ping', ref: '1' },
      { op: 'auth', ref: '1', token: await tokenFor('john', {}, 'another secret, of somebody else’s') },
    ];
    for (const frame of failing) {
      const socket = await from('192.0.2.7');
      expect(await socket.ask(frame)).toMatchObject({ problem: { status: 401 } });
      expect((await socket.closed).code).toBe(4001);
    }
    await expect(from('192.0.2.7')).rejects.toThrow('429');
    for (let index = 0; index < 5; index += 1) {
      const socket = await from('192.0.2.8');
      const token = await tokenFor(`guest-${index}`);
      expect(await socket.ask({ op: 'auth', ref: '1', token })).toMatchObject({ op: 'ready' });
      socket.close();
    }
    await strict.close();
  });

  test('a reader that does not read is closed, is counted, and delays nobody', async () => {
    const counted = async () => (await scrape(service.app.metricsAddress)).value('parley_slow_readers_total');
    expect(await counted()).toBe(0);
    const id = await beginConversation(service);
    const [slow, john, sarah] = [await connect('tom'), await connect('john'), await connect('sarah')];
    slow.socket.pause();
    for (let index = 0; index < 2_500; index += 1)
      john.send({
        op: 'send',
        ref: `${index}`,
        conversationId: id,
        clientId: `big-${index}`,
        text: 'x'.repeat(5_000),
      });
    await sarah.next((frame) => at(frame, 'message', 'seq') === 2_501);
    expect(await counted()).toBe(1);
    slow.socket.resume();
    // Who does not read on within a second hears no reason.
    expect([4008, 1006]).toContain((await slow.closed).code);
    for (const { socket } of [john, sarah]) expect(socket.readyState).toBe(socket.OPEN);
    expect(await counted()).toBe(1);
  });
});
