import { randomUUID } from 'node:crypto';
import type { NetConnectOpts } from 'node:net';
import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startRelay, targetOf, through, type Disturb, type Relay } from '../../../test/faults/relay.ts';
import { createPostgresWire, createRedisWire, createSplitter, type Wire } from '../../../test/faults/wire.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { Bus, BusEvent } from '../src/bus/bus.ts';
import { hintsOf } from '../src/bus/hints.ts';
import { createPostgresBus } from '../src/bus/postgres.ts';
import { channelOf, createRedisBus } from '../src/bus/redis.ts';
import { createKysely, createPool } from '../src/db/pool.ts';
import type { Tables } from '../src/db/tables.ts';
import { sentEvent } from './support/events.ts';
import { findRedis, startRedis, type RedisServer } from './support/redis-server.ts';

const log = pino({ level: 'silent' });
const redisProgram = findRedis();
const conversationId = randomUUID();
let database: TestDatabase;
let pool: pg.Pool;
let redis: RedisServer | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  if (redisProgram !== null) redis = await startRedis(redisProgram);
  await pool.query(`insert into users (id, name) values ('john', 'John'), ('sarah', 'Sarah')`);
  await pool.query(`insert into stores (id, name) values ('clay', 'Clay')`);
  await pool.query(`insert into listings (id, store_id, title) values ('bowl', 'clay', 'Bowl')`);
  await pool.query(
    `insert into conversations (id, listing_id, buyer_id, store_id) values ($1, 'bowl', 'john', 'clay')`,
    [conversationId],
  );
  await pool.query(
    `insert into participants (user_id, conversation_id, side, read_seq) values ('john', $1, 'buyer', 0), ('sarah', $1, 'store', 99999)`,
    [conversationId],
  );
});

afterAll(async () => {
  await redis?.stop();
  await pool.end();
  await database.drop();
});

const sent = (seq: number): BusEvent => sentEvent(conversationId, seq);
const read = (seq: number): BusEvent => ({
  type: 'conversation.read',
  recipients: ['john', 'sarah'],
  conversationId,
  userId: 'sarah',
  seq,
});
const seqs = Array.from({ length: 2_000 }, (_none, index) => index + 1);
const interrupted: BusEvent = { type: 'bus.interrupted' };
const barred: BusEvent = { type: 'user.barred', recipients: ['sarah'] };

/** Swallows the events that are to be lost, and lets all else pass. */
function loseEvents(createWire: () => Wire, isLost: (event: string) => boolean): Disturb {
  return (deliver) => {
    const wire = createWire();
    const split = createSplitter(wire);
    return (chunk) => {
      for (const value of split(chunk)) if (!wire.isEvent(value) || !isLost(value.toString())) deliver(value);
    };
  };
}

interface Backend {
  readonly name: string;
  /** Connects as a node does, by a relay or not. */
  readonly create: (relay?: Relay) => Promise<Bus>;
  readonly target: () => NetConnectOpts;
  readonly createWire: () => Wire;
  /** Says something on the bus, as anybody can who reaches it. */
  readonly say: (payload: string) => Promise<unknown>;
  /** Breaks the connections that listen. */
  readonly sever: () => Promise<unknown>;
  readonly openConnections: () => Promise<number>;
}

function by(relay: Relay | undefined, url: string): string {
  return relay === undefined ? url : through(relay, url);
}

const backends: Backend[] = [
  {
    name: 'PostgreSQL',
    create: (relay) =>
      createPostgresBus({
        connectionString: by(relay, database.url),
        db: createKysely<Tables>(pool),
        log,
      }),
    target: () => targetOf(database.url),
    createWire: createPostgresWire,
    say: (payload) => pool.query(`select pg_notify('parley', $1)`, [payload]),
    sever: () =>
      pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley-bus' and datname = current_database()`,
      ),
    openConnections: async () => {
      const { rows } = await pool.query<{ open: number }>(
        `select count(*)::int as open from pg_stat_activity where application_name = 'parley-bus' and datname = current_database()`,
      );
      return rows[0]?.open ?? -1;
    },
  },
];
if (redisProgram !== null)
  backends.push({
    name: 'Redis',
    create: (relay) =>
      createRedisBus({ url: by(relay, redis?.url ?? ''), db: createKysely<Tables>(pool), log }),
    target: () => targetOf(redis?.url ?? ''),
    createWire: createRedisWire,
    say: async (payload) => redis?.command('PUBLISH', channelOf(redis.url), payload),
    sever: async () => redis?.command('CLIENT', 'KILL', 'TYPE', 'pubsub'),
    openConnections: async () => {
      const list = (await redis?.command('CLIENT', 'LIST')) ?? '';
      return list.trim().split('\n').length - 1;
    },
  });

describe.each(backends)('the bus over $name', (backend) => {
  let buses: Bus[] = [];
  let heardNear: BusEvent[] = [];
  let heardFar: BusEvent[] = [];
  let near: Bus;

  async function start(relay?: Relay): Promise<void> {
    near = await backend.create();
    const far = await backend.create(relay);
    buses = [near, far];
    near.subscribe((event) => heardNear.push(event));
    far.subscribe((event) => heardFar.push(event));
  }

  beforeEach(() => {
    heardNear = [];
    heardFar = [];
  });

  afterEach(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await vi.waitFor(async () => expect(await backend.openConnections()).toBe(0));
  });

  test('gives a node its own events at once and in order, and the others where to read', async () => {
    await start();
    for (const seq of seqs) near.publish([sent(seq)]);
    expect(heardNear).toEqual(seqs.map(sent));
    await vi.waitFor(() => expect(heardFar).toHaveLength(seqs.length));
    expect(heardFar).toEqual(seqs.map((seq) => ({ type: 'message.stored', conversationId, seq })));
    expect(heardNear).toHaveLength(seqs.length);
  });

  test('carries every other event, in order, however many hear of it', async () => {
    await start();
    const crowd = Array.from({ length: 500 }, (_none, index) => `${'u'.repeat(120)}${index}`);
    near.publish([
      read(3),
      { type: 'conversation.typed', recipients: ['john'], conversationId, userId: 'sarah' },
      { type: 'conversation.changed', recipients: crowd, conversationId },
      barred,
    ]);
    await vi.waitFor(() => expect(heardFar.at(-1)).toEqual(barred));
    expect(heardFar.slice(0, 2)).toEqual([
      read(3),
      { type: 'conversation.typed', recipients: ['john'], conversationId, userId: 'sarah' },
    ]);
    expect(
      heardFar.flatMap((event) => (event.type === 'conversation.changed' ? event.recipients : [])),
    ).toEqual(crowd);
  });

  test('what the database could not even be asked for stops nothing behind it', async () => {
    await start();
    await backend.say(
      `x[["r","no uuid","john",1],["t","no uuid","john"],["m","no uuid",1],["m","${conversationId}",3000000000]]`,
    );
    near.publish([barred]);
    await vi.waitFor(() => expect(heardFar).toContainEqual(barred));
    expect(heardFar).toEqual([barred]);
  });

  test('nobody has read further than the database says', async () => {
    await start();
    await backend.say(`x${JSON.stringify([['r', conversationId, 'sarah', 2_147_483_647]])}`);
    await backend.say(`x${JSON.stringify([['r', conversationId, 'john', 5]])}`);
    near.publish([barred]);
    await vi.waitFor(() => expect(heardFar).toEqual([read(99_999), barred]));
  });

  test('what the database fails at is given up, and stops nothing behind it', async () => {
    await start();
    await pool.query('alter table participants rename to elsewhere');
    try {
      near.publish([read(1), sent(2), barred]);
      await vi.waitFor(() => expect(heardFar).toContainEqual(barred), { timeout: 5_000 });
    } finally {
      await pool.query('alter table elsewhere rename to participants');
    }
    near.publish([read(2)]);
    await vi.waitFor(() => expect(heardFar).toContainEqual(read(2)));
    expect(heardFar).toEqual([{ type: 'message.stored', conversationId, seq: 2 }, barred, read(2)]);
  });

  test('a broken connection is made again, and whoever is connected is told to sync', async () => {
    await start();
    await backend.sever();
    await vi.waitFor(() => expect(heardFar).toContainEqual(interrupted), { timeout: 5_000 });
    near.publish([read(1)]);
    await vi.waitFor(() => expect(heardFar).toContainEqual(read(1)), { timeout: 5_000 });
  });

  describe('where events are lost one by one', () => {
    let relay: Relay;
    let lost: string[];

    /** Loses of the events that hold this text the first ones. */
    async function startLossy(text: string, count: number): Promise<void> {
      lost = [];
      const isLost = (event: string): boolean => {
        if (!event.includes(text) || lost.length >= count) return false;
        lost.push(event);
        return true;
      };
      relay = await startRelay(backend.target(), loseEvents(backend.createWire, isLost));
      await start(relay);
      near.publish([barred]);
      await vi.waitFor(() => expect(heardFar).toEqual([barred]));
      [heardNear, heardFar] = [[], []];
    }

    afterEach(() => relay.close());

    const changed: BusEvent = { type: 'conversation.changed', recipients: ['john'], conversationId };
    const typed: BusEvent = {
      type: 'conversation.typed',
      recipients: ['john'],
      conversationId,
      userId: 'sarah',
    };
    const heardSoon = { timeout: 5_000 };

    test('a later one shows which are missing, and they are sent again', async () => {
      await startLossy('["r"', 2);
      near.publish([typed, read(1)]);
      await vi.waitFor(() => expect(lost).toHaveLength(1));
      near.publish([read(2)]);
      await vi.waitFor(() => expect(lost).toHaveLength(2));
      near.publish([changed]);
      await vi.waitFor(() => expect(heardFar).toEqual([changed, read(1), read(2)]), heardSoon);
      expect(heardNear).toHaveLength(4);
    });

    test('the last one is missed too, and one that is lost again', async () => {
      await startLossy('["c"', 2);
      near.publish([read(1)]);
      await vi.waitFor(() => expect(heardFar).toEqual([read(1)]));
      near.publish([changed]);
      await vi.waitFor(() => expect(heardFar).toEqual([read(1), changed]), heardSoon);
      expect(lost).toHaveLength(2);
    });

    test('the last one of a node that stops makes those who are connected sync', async () => {
      await startLossy('["c"', 1);
      near.publish([changed]);
      await near.close();
      buses = buses.slice(1);
      await vi.waitFor(() => expect(heardFar).toEqual([interrupted]), heardSoon);
      expect(lost).toHaveLength(1);
    });

    test('what nobody can send again makes those who are connected sync, once', async () => {
      await startLossy('nothing', 0);
      await backend.say(`ghost:1${JSON.stringify([['b', ['john']]])}`);
      await backend.say(`ghost:4${JSON.stringify([['b', ['sarah']]])}`);
      await vi.waitFor(() => expect(heardFar).toContainEqual(interrupted), heardSoon);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(heardFar.filter((event) => event.type === 'bus.interrupted')).toHaveLength(1);
      near.publish([read(1)]);
      await vi.waitFor(() => expect(heardFar).toContainEqual(read(1)));
    });

    test('more numbers than can be missing are not followed one by one', async () => {
      await startLossy('nothing', 0);
      await backend.say('ghost:1[]');
      await backend.say('ghost:999999999999999[]');
      await vi.waitFor(() => expect(heardFar).toEqual([interrupted]));
    });
  });

  test('a network that swallows everything is noticed', { timeout: 30_000 }, async () => {
    const relay = await startRelay(backend.target());
    await start(relay);
    relay.stall();
    near.publish([read(1)]);
    await new Promise((resolve) => setTimeout(resolve, 7_500));
    relay.resume();
    await vi.waitFor(() => expect(heardFar).toContainEqual(interrupted), { timeout: 8_000 });
    near.publish([read(2)]);
    await vi.waitFor(() => expect(heardFar).toContainEqual(read(2)));
    await relay.close();
  });
});

describe.skipIf(redisProgram === null)('the bus over Redis', () => {
  test('a server that is away takes nothing from a send, and is told when it is back', async () => {
    const heard: BusEvent[] = [];
    const bus = (): Promise<Bus> =>
      createRedisBus({ url: redis?.url ?? '', db: createKysely<Tables>(pool), log });
    const [near, far] = [await bus(), await bus()];
    far.subscribe((event) => heard.push(event));
    await redis?.stop();
    const before = performance.now();
    for (const seq of seqs) near.publish([sent(seq), read(seq)]);
    expect(performance.now() - before).toBeLessThan(500);
    await redis?.start();
    await vi.waitFor(() => expect(heard).toContainEqual(interrupted), { timeout: 5_000 });
    near.publish([read(9_999)]);
    await vi.waitFor(() => expect(heard).toContainEqual(read(9_999)), { timeout: 5_000 });
    await near.close();
    await far.close();
  });

  test('a node starts without it, and is told to sync once it is there', { timeout: 15_000 }, async () => {
    await redis?.stop();
    const bus = await createRedisBus({ url: redis?.url ?? '', db: createKysely<Tables>(pool), log });
    const heard: BusEvent[] = [];
    bus.subscribe((event) => heard.push(event));
    await redis?.start();
    await vi.waitFor(() => expect(heard).toContainEqual(interrupted), { timeout: 5_000 });
    await bus.close();
  });

  /** Where a node listens that is started now, and what it hears. */
  async function startListener(url: string): Promise<{ bus: Bus; heard: BusEvent[] }> {
    const bus = await createRedisBus({ url, db: createKysely<Tables>(pool), log });
    const heard: BusEvent[] = [];
    bus.subscribe((event) => heard.push(event));
    return { bus, heard };
  }

  const say = (): Promise<unknown> | undefined =>
    redis?.command('PUBLISH', 'parley:0', `other${JSON.stringify(hintsOf([barred]))}`);

  /** Between a node and Redis, and breaks so many connections when they ask to listen. */
  async function startCutter(times: number) {
    const cutter = { left: times, cuts: 0 };
    const relay = await startRelay(
      targetOf(redis?.url ?? ''),
      (deliver) => deliver,
      (deliver) => (bytes) => {
        if (cutter.left === 0 || !/subscribe/i.test(bytes.toString())) return deliver(bytes);
        cutter.left -= 1;
        cutter.cuts += 1;
        relay.cut();
      },
    );
    return { relay, cutter };
  }

  test('a connection that breaks before it listens is made again, and listens', async () => {
    const { relay, cutter } = await startCutter(1);
    const { bus, heard } = await startListener(by(relay, redis?.url ?? ''));
    await say();
    await vi.waitFor(() => expect(heard).toEqual([barred]));
    expect(cutter.cuts).toBe(1);
    await bus.close();
    await relay.close();
  });

  test(
    'a node that listens late is told to sync, once, and tries in no haste',
    { timeout: 15_000 },
    async () => {
      const { relay, cutter } = await startCutter(Infinity);
      const { bus, heard } = await startListener(by(relay, redis?.url ?? ''));
      expect(cutter.cuts).toBeGreaterThan(0);
      expect(cutter.cuts).toBeLessThan(10);
      cutter.left = 0;
      await vi.waitFor(() => expect(heard).toEqual([interrupted]), { timeout: 5_000 });
      await say();
      await vi.waitFor(() => expect(heard).toEqual([interrupted, barred]));
      await bus.close();
      await relay.close();
    },
  );

  test('a node that Redis refuses listens once it may', { timeout: 15_000 }, async () => {
    await redis?.command('ACL', 'SETUSER', 'default', 'resetchannels');
    const { bus, heard } = await startListener(redis?.url ?? '');
    await redis?.command('ACL', 'SETUSER', 'default', 'allchannels');
    await vi.waitFor(() => expect(heard).toEqual([interrupted]), { timeout: 5_000 });
    await say();
    await vi.waitFor(() => expect(heard).toEqual([interrupted, barred]));
    await bus.close();
  });

  test('a node that stops while Redis owes it an answer tells of no broken connection', async () => {
    const told: string[] = [];
    let pings = 0;
    const relay = await startRelay(
      targetOf(redis?.url ?? ''),
      (deliver) => deliver,
      (deliver) => (bytes) => {
        if (/ping/i.test(bytes.toString())) pings += 1;
        else deliver(bytes);
      },
    );
    const bus = await createRedisBus({
      url: by(relay, redis?.url ?? ''),
      db: createKysely<Tables>(pool),
      log: pino({ level: 'warn' }, { write: (line) => void told.push(line) }),
    });
    await vi.waitFor(() => expect(pings).toBeGreaterThan(0), { timeout: 5_000 });
    await bus.close();
    await relay.close();
    expect(told).toEqual([]);
  });

  test('databases of one server do not hear each other', () => {
    expect(channelOf('redis://cache')).toBe('parley:0');
    expect(channelOf('rediss://user:word@cache:6380/7')).toBe('parley:7');
  });
});
