import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Bus } from '../src/bus/bus.ts';
import { createApp, type App } from '../src/app.ts';
import { createPool } from '../src/db/pool.ts';
import { createJournal } from '../src/journal/create-journal.ts';
import type { Entry, Journal } from '../src/journal/journal.ts';
import { findRedis, startRedis, type RedisServer } from './support/redis-server.ts';
import {
  beginConversation,
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from './support/running-service.ts';
import { scrape } from './support/scrape.ts';
import { at, connectAs, connectSocket, type Json, type TestSocket } from './support/socket.ts';

const redisProgram = findRedis();

/** Two nodes of one service; `near` is the one that `service` calls. */
interface Nodes {
  readonly service: TestService;
  readonly urls: readonly [string, string];
  /** Times that each node has counted its bus as interrupted. */
  interruptions(): Promise<number[]>;
  readonly sql: pg.Client;
  close(): Promise<void>;
}

async function startNodes(env: Record<string, string>): Promise<Nodes> {
  const service = await startTestService({ METRICS_PORT: '0', ...env });
  const folder = await mkdtemp(join(tmpdir(), 'parley-node-'));
  const far: App = await createApp(
    { ...service.app.context.config, port: 0, dataDir: folder },
    { connectionString: service.database.url, log: pino({ level: 'silent' }) },
  );
  const sql = new pg.Client({ connectionString: service.database.url });
  await sql.connect();
  await seedShop(service);
  return {
    service,
    sql,
    urls: [service.url, far.address],
    interruptions: () =>
      Promise.all(
        [service.app, far].map(
          async ({ metricsAddress }) =>
            (await scrape(metricsAddress)).value('parley_bus_interruptions_total') ?? Number.NaN,
        ),
      ),
    async close() {
      await sql.end();
      await far.close();
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The `seq` of every message of a conversation that a socket saw, answers included, in the order in which they came. */
function seqsOf(frames: readonly Json[], conversationId: string): number[] {
  return frames.flatMap((frame) => {
    const seq = at(frame, 'message', 'seq');
    return at(frame, 'message', 'conversationId') === conversationId && typeof seq === 'number' ? [seq] : [];
  });
}

function upTo(last: number, first = 2): number[] {
  return Array.from({ length: last - first + 1 }, (_none, index) => index + first);
}

function sendMany(socket: TestSocket, conversationId: string, name: string, count: number): void {
  for (let index = 0; index < count; index += 1)
    socket.send({
      op: 'send',
      ref: `${name}-${index}`,
      conversationId,
      clientId: `${name}-${index}`,
      text: `${name} ${index}`,
    });
}

/** A person whose client comes back and syncs when it is told to. */
interface Person {
  /** Every `seq` that was pushed or synced. */
  readonly seen: ReadonlySet<number>;
  close(): void;
}

async function comingBack(url: string, userId: string, conversationId: string): Promise<Person> {
  const seen = new Set<number>();
  let current: TestSocket;
  let closed = false;
  const come = async (): Promise<void> => {
    current = await connectAs(url, userId);
    current.socket.on('message', () => note(seen, current.frames, conversationId));
    void current.closed.then(() => (closed ? undefined : come()));
    await current.ask({ op: 'sync', ref: 'sync', conversations: { [conversationId]: 0 } });
  };
  await come();
  return {
    seen,
    close() {
      closed = true;
      current.close();
    },
  };
}

function note(seen: Set<number>, frames: Json[], conversationId: string): void {
  for (const frame of frames.splice(0)) {
    const synced = at(frame, 'conversations', '0', 'messages');
    const messages = Array.isArray(synced) ? synced.map((message: unknown) => ({ message })) : [frame];
    for (const seq of seqsOf(messages, conversationId)) seen.add(seq);
  }
}

/** Ends every connection that listens, or the whole Redis. */
async function cut({ sql }: Nodes, redis: RedisServer | null): Promise<void> {
  if (redis !== null) return redis.stop();
  await sql.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley-bus' and datname = current_database()`,
  );
}

const backends = [{ name: 'PostgreSQL' }, ...(redisProgram === null ? [] : [{ name: 'Redis' }])];

describe.each(backends)('two nodes over $name', ({ name }) => {
  let redis: RedisServer | null = null;
  let nodes: Nodes;

  beforeAll(async () => {
    if (name === 'Redis' && redisProgram !== null) redis = await startRedis(redisProgram);
    nodes = await startNodes(redis === null ? {} : { REDIS_URL: redis.url });
  });

  afterAll(async () => {
    await nodes.close();
    await redis?.stop();
  });

  test('messages, typing, presence, read positions and new conversations cross', async () => {
    const [john, sarah] = [await connectAs(nodes.urls[0], 'john'), await connectAs(nodes.urls[1], 'sarah')];
    const id = await beginConversation(nodes.service);
    await sarah.next((frame) => at(frame, 'conversation', 'id') === id);
    await sarah.next((frame) => at(frame, 'message', 'conversationId') === id);
    sarah.send({ op: 'typing', conversationId: id });
    await john.next((frame) => frame['op'] === 'typing' && frame['userId'] === 'sarah');
    sarah.send({ op: 'presence', conversationId: id, here: true });
    await john.next((frame) => frame['op'] === 'presence' && frame['userId'] === 'sarah');
    await sarah.ask({ op: 'read', ref: 'r', conversationId: id, seq: 1 });
    await john.next((frame) => frame['op'] === 'read' && frame['userId'] === 'sarah');
    await john.ask({ op: 'send', ref: 's', conversationId: id, clientId: 's', text: 'hello' });
    await sarah.next((frame) => at(frame, 'message', 'text') === 'hello');
    expect(seqsOf(sarah.frames, id)).toEqual([1, 2]);
    [john, sarah].forEach((socket) => socket.close());
  });

  test('a read position that another one overtook is told by neither node', async () => {
    const sockets = [await connectAs(nodes.urls[0], 'john'), await connectAs(nodes.urls[1], 'john')] as const;
    const sarah = await connectAs(nodes.urls[1], 'sarah');
    const id = await beginConversation(nodes.service);
    await sockets[0].ask({ op: 'send', ref: 's', conversationId: id, clientId: 's', text: 'hello' });
    await sarah.ask({ op: 'read', ref: 'r', conversationId: id, seq: 2 });
    const isRead = (frame: Json): boolean => frame['op'] === 'read' && frame['userId'] === 'sarah';
    for (const john of sockets) await john.next(isRead);
    const overtaken = { conversationId: id, userId: 'sarah', seq: 1, recipients: ['john'] };
    nodes.service.app.context.bus.publish([{ type: 'conversation.read', ...overtaken }]);
    sarah.send({ op: 'typing', conversationId: id });
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const john of sockets) {
      expect(john.frames.filter(isRead).map((frame) => frame['seq'])).toEqual([2]);
      await john.next((frame) => frame['op'] === 'typing');
    }
    [...sockets, sarah].forEach((socket) => socket.close());
  });

  test(
    '10,000 messages into one conversation from both: every socket sees each once, in order',
    {
      timeout: 60_000,
    },
    async () => {
      const id = await beginConversation(nodes.service);
      const sockets = await Promise.all([
        connectAs(nodes.urls[0], 'john'),
        connectAs(nodes.urls[1], 'john'),
        connectAs(nodes.urls[0], 'sarah'),
        connectAs(nodes.urls[1], 'sarah'),
      ]);
      const [john, , , sarah] = sockets;
      const began = performance.now();
      sendMany(john, id, 'john', 5_000);
      sendMany(sarah, id, 'sarah', 5_000);
      for (const socket of sockets)
        await vi.waitFor(() => expect(seqsOf(socket.frames, id).at(-1)).toBe(10_001), {
          timeout: 50_000,
          interval: 200,
        });
      console.info(
        `10,000 messages from two nodes over ${name}: ${Math.round(performance.now() - began)} ms`,
      );
      for (const socket of sockets) {
        expect(seqsOf(socket.frames, id)).toEqual(upTo(10_001));
        socket.close();
      }
      for (const [socket, own] of [
        [john, 'john'],
        [sarah, 'sarah'],
      ] as const)
        expect(
          socket.frames.filter((frame) => frame['op'] === 'sent' && String(frame['ref']).startsWith(own)),
        ).toHaveLength(5_000);
    },
  );

  test('an erased person’s sockets close on every node within a second', async () => {
    await nodes.service.ask('putUser', { params: { id: 'eve' }, body: { name: 'Eve' } });
    const sockets = [await connectAs(nodes.urls[0], 'eve'), await connectAs(nodes.urls[1], 'eve')];
    const began = performance.now();
    await nodes.service.ask('deleteUser', { params: { id: 'eve' } });
    for (const socket of sockets) expect((await socket.closed).code).toBe(4003);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test(
    'while the bus is cut again and again, sends are answered, each node counts cuts, and all have arrived 5 s after',
    {
      timeout: 60_000,
    },
    async () => {
      const id = await beginConversation(nodes.service);
      const people = [
        await comingBack(nodes.urls[0], 'john', id),
        await comingBack(nodes.urls[1], 'sarah', id),
      ];
      const before = await nodes.interruptions();
      const as = await tokenFor('john');
      let slowest = 0;
      for (let round = 0; round < 6; round += 1) {
        await cut(nodes, redis);
        for (let index = 0; index < 40; index += 1) {
          const began = performance.now();
          const body = { clientId: `${round}-${index}`, text: 'still there?' };
          await nodes.service.ask('sendMessage', { as, params: { id }, body });
          slowest = Math.max(slowest, performance.now() - began);
        }
        await redis?.start();
      }
      const began = performance.now();
      await vi.waitFor(
        () => {
          for (const { seen } of people) expect([...seen].sort((a, b) => a - b)).toEqual(upTo(241, 1));
        },
        { timeout: 5_000 },
      );
      const took = Math.round(performance.now() - began);
      console.info(
        `${name}: all there ${took} ms after the last cut; slowest send ${Math.round(slowest)} ms`,
      );
      // What was cut and is not there again yet is counted when it is.
      await vi.waitFor(
        async () => {
          const counts = await nodes.interruptions();
          expect(counts.map((count, index) => count > (before[index] ?? Number.NaN))).toEqual([true, true]);
        },
        { timeout: 5_000 },
      );
      people.forEach((person) => person.close());
    },
  );
});

describe('what no bus tells', () => {
  let nodes: Nodes;
  let pool: pg.Pool;
  let mute: Journal;

  beforeAll(async () => {
    nodes = await startNodes({});
    pool = createPool(nodes.service.database.url, { pipeline: true });
    const bus: Bus = {
      publish: () => undefined,
      subscribe: () => () => undefined,
      close: () => Promise.resolve(),
    };
    mute = createJournal({ pool, bus, log: pino({ level: 'silent' }), notifyDelay: 30 });
  });

  afterAll(async () => {
    await mute.close();
    await pool.end();
    await nodes.close();
  });

  function write(conversationId: string, entry: Partial<Entry> = {}): Promise<unknown> {
    return mute.append({
      conversationId,
      kind: 'text',
      author: 'sarah',
      body: 'unheard',
      data: null,
      clientId: null,
      ...entry,
    });
  }

  test('messages, edits and redactions are found in the database within 5 s, in order', async () => {
    const id = await beginConversation(nodes.service);
    const john = await connectAs(nodes.urls[0], 'john');
    const began = performance.now();
    for (let count = 0; count < 250; count += 1) await write(id);
    await write(id, { kind: 'edit', body: 'edited', data: { target: 2 } });
    await vi.waitFor(() => expect(seqsOf(john.frames, id).at(-1)).toBe(252), { timeout: 5_000 });
    console.info(`unheard of, and pushed after ${Math.round(performance.now() - began)} ms`);
    await write(id, { kind: 'redaction', body: '', data: { target: 3 } });
    await vi.waitFor(() => expect(seqsOf(john.frames, id).at(-1)).toBe(253), { timeout: 5_000 });
    expect(seqsOf(john.frames, id)).toEqual(upTo(253));
    john.close();
  });

  test('a message that is committed late is found all the same', async () => {
    const id = await beginConversation(nodes.service);
    const john = await connectAs(nodes.urls[0], 'john');
    await nodes.sql.query('begin');
    await nodes.sql.query(
      `insert into messages (conversation_id, seq, kind, author, side, body, created_at) values ($1, 2, 'text', 'sarah', 'store', 'late', clock_timestamp())`,
      [id],
    );
    await nodes.sql.query(
      `update conversations set last_seq = 2, last_at = clock_timestamp() where id = $1`,
      [id],
    );
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(seqsOf(john.frames, id)).toEqual([]);
    await nodes.sql.query('commit');
    await vi.waitFor(() => expect(seqsOf(john.frames, id)).toEqual([2]), { timeout: 5_000 });
    john.close();
  });

  test('an own message waits for what another node wrote before it, and so does its answer', async () => {
    const id = await beginConversation(nodes.service);
    const [john, sarah] = [await connectAs(nodes.urls[0], 'john'), await connectAs(nodes.urls[0], 'sarah')];
    for (let round = 0; round < 20; round += 1) {
      for (let count = 0; count < 5; count += 1) await write(id);
      await john.ask({ op: 'send', ref: `${round}`, conversationId: id, clientId: `${round}`, text: 'mine' });
    }
    await sarah.next((frame) => at(frame, 'message', 'seq') === 121);
    expect(seqsOf(john.frames, id)).toEqual(upTo(121));
    expect(seqsOf(sarah.frames, id)).toEqual(upTo(121));
    [john, sarah].forEach((socket) => socket.close());
  });

  test('a log that this node has never met is pushed from its first young message', async () => {
    await beginConversation(nodes.service);
    const id = randomUUID();
    await nodes.sql.query(
      `insert into conversations (id, listing_id, buyer_id, store_id)
       select $1, listing_id, 'sarah', store_id from conversations limit 1`,
      [id],
    );
    await nodes.sql.query(
      `insert into participants (user_id, conversation_id, side) values ('john', $1, 'store'), ('sarah', $1, 'buyer')`,
      [id],
    );
    const [john, sarah] = [await connectAs(nodes.urls[0], 'john'), await connectAs(nodes.urls[1], 'sarah')];
    await Promise.all(upTo(40, 1).map(() => write(id)));
    await john.ask({ op: 'send', ref: 'first', conversationId: id, clientId: 'first', text: 'mine' });
    await sarah.next((frame) => at(frame, 'message', 'text') === 'mine');
    for (const socket of [john, sarah]) {
      expect(seqsOf(socket.frames, id)).toEqual(upTo(41, 1));
      socket.close();
    }
  });

  test('a suspended person’s sockets close on every node, and no new one opens', async () => {
    const sockets = [await connectAs(nodes.urls[0], 'john'), await connectAs(nodes.urls[1], 'john')];
    await nodes.sql.query(`update users set suspended = true where id = 'john'`);
    for (const socket of sockets) expect((await socket.closed).code).toBe(4003);
    const again = await connectSocket(nodes.urls[0]);
    again.send({ op: 'auth', ref: 'auth', token: await tokenFor('john') });
    expect((await again.closed).code).toBe(4003);
    expect(again.frames.map((frame) => frame['op'])).toEqual(['error']);
    await nodes.sql.query(`update users set suspended = false where id = 'john'`);
  });
});
