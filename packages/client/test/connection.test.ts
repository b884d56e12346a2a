import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  seedShop,
  startTestService,
  tokenFor,
  type TestService,
} from '../../server/test/support/running-service.ts';
import { ParleyError } from '../src/index.ts';
import { createClock } from './support/clock.ts';
import { clientOf, online, shown, watch } from './support/people.ts';
import { startRelay, type Relay } from './support/relay.ts';

let service: TestService;
let relay: Relay;
beforeAll(async () => {
  service = await startTestService();
  await seedShop(service);
});
afterAll(() => service.close());
beforeEach(async () => {
  relay = await startRelay(service.url);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await relay.close();
});

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe('a connection', () => {
  it('tries again after longer and longer waits, spread by chance, from half a second to half a minute', async () => {
    relay.up = false;
    const clock = createClock();
    const john = clientOf('john', relay.url, { ...clock.timers, random: () => 1 });
    const waits: (number | null)[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      const { retryIn } = await shown(john.connection, (state) => state.retryIn !== null);
      waits.push(retryIn);
      clock.pass(retryIn ?? 0);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    await shown(john.connection, (state) => state.retryIn !== null);
    relay.up = true;
    clock.pass(30_000);
    await online(john);
    const lucky = clientOf('john', 'http://127.0.0.1:1', { ...createClock().timers, random: () => 0 });
    expect((await shown(lucky.connection, ({ retryIn }) => retryIn !== null)).retryIn).toBe(500);
  });

  it('is back with the first call that is answered, however long it still had to wait', async () => {
    relay.up = false;
    const clock = createClock();
    const john = clientOf('john', relay.url, { ...clock.timers, random: () => 1 });
    await shown(john.connection, ({ retryIn }) => retryIn !== null);
    await expect(john.call('getMe', {})).rejects.toMatchObject({ problem: { status: 0 } });
    expect(john.connection.getSnapshot().status).toBe('offline');
    relay.up = true;
    await john.call('getMe', {});
    await online(john);
  });

  it('waits all the same where what is answered was asked before', async () => {
    const clock = createClock();
    const john = clientOf('john', relay.url, { ...clock.timers, random: () => 1 });
    await online(john);
    let answer = () => {};
    relay.onAnswer = () => new Promise((resolve) => (answer = resolve));
    const called = john.call('getMe', {});
    await vi.waitFor(() => expect(relay.requested.at(-1)).toBe('GET /v1/me'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    relay.cut();
    await shown(john.connection, ({ retryIn }) => retryIn !== null);
    answer();
    await called;
    expect(john.connection.getSnapshot().retryIn).not.toBeNull();
  });

  it('sends signs of life, and takes a silent service for gone', async () => {
    const clock = createClock();
    const john = clientOf('john', relay.url, clock.timers);
    await online(john);
    clock.pass(25_000);
    await vi.waitFor(() => expect(relay.asked.at(-1)?.op).toBe('ping'));
    await vi.waitFor(() => expect(clock.waiting()[0]).toBe(25_000));
    relay.onAsk = ({ op }) => (op === 'ping' ? 'lose' : null);
    clock.pass(25_000);
    clock.pass(9_999);
    expect(john.connection.getSnapshot().status).toBe('online');
    clock.pass(1);
    expect(john.connection.getSnapshot().status).toBe('offline');
  });

  it('does not wait for ever for a service that takes the socket and says nothing', async () => {
    const clock = createClock();
    relay.onAsk = () => 'lose';
    const john = clientOf('john', relay.url, clock.timers);
    await vi.waitFor(() => expect(relay.asked).toHaveLength(1));
    clock.pass(15_000);
    expect(john.connection.getSnapshot()).toMatchObject({ status: 'offline' });
  });

  it('minds what the browser says: network gone, network back, page in sight', async () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', (type: string, run: () => void) => page.addEventListener(type, run));
    vi.stubGlobal('removeEventListener', (type: string, run: () => void) =>
      page.removeEventListener(type, run),
    );
    vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
    const clock = createClock();
    const john = clientOf('john', relay.url, clock.timers);
    await online(john);
    page.dispatchEvent(new Event('offline'));
    expect(john.connection.getSnapshot().status).toBe('offline');
    page.dispatchEvent(new Event('online'));
    await online(john);
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.waitFor(() => expect(relay.asked.at(-1)?.op).toBe('ping'));
    john.close();
    page.dispatchEvent(new Event('online'));
    expect(john.connection.getSnapshot().status).toBe('offline');
    expect(clock.waiting()).toEqual([]);
  });

  it('ends with close, and leaves no timer', async () => {
    const clock = createClock();
    const john = clientOf('john', relay.url, clock.timers);
    watch(john.inbox());
    await online(john);
    john.close();
    expect(john.connection.getSnapshot().status).toBe('offline');
    expect(clock.waiting()).toEqual([]);
  });
});

describe('a token', () => {
  it('is renewed before it expires, on the open socket, and asked for once by many at once', async () => {
    const clock = createClock();
    const getToken = vi.fn(() => tokenFor('john', { iat: inSeconds(0), exp: inSeconds(600) }));
    const john = clientOf('john', relay.url, { ...clock.timers, getToken });
    watch(john.inbox());
    watch(john.me);
    await online(john);
    await shown(john.me, (me) => me?.id === 'john');
    expect(getToken).toHaveBeenCalledTimes(1);
    // Signs of life on the way would go unanswered at this speed.
    for (let passed = 0; passed < 540; passed += 5) {
      clock.pass(5_000);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await vi.waitFor(() => expect(relay.asked.filter(({ op }) => op === 'auth')).toHaveLength(2));
    expect(getToken).toHaveBeenCalledTimes(2);
    expect(john.connection.getSnapshot().status).toBe('online');
  });

  it('that a request is refused for is replaced, and the request made again', async () => {
    const tokens = [tokenFor('john', { exp: inSeconds(-5) }), tokenFor('john')];
    const getToken = vi.fn(() => tokens.shift() ?? tokenFor('john'));
    const john = clientOf('john', relay.url, { getToken });
    await expect(john.call('getMe', {})).resolves.toMatchObject({ id: 'john' });
    await online(john);
  });

  it('that is refused twice is said to be refused, and tried again later', async () => {
    let key = 'a key that the service does not know of';
    const clock = createClock();
    const getToken = vi.fn(() => tokenFor('john', {}, key));
    const john = clientOf('john', relay.url, { ...clock.timers, getToken });
    const { retryIn } = await shown(john.connection, ({ status }) => status === 'refused');
    expect(getToken).toHaveBeenCalledTimes(2);
    await expect(john.call('getMe', {})).rejects.toThrow(ParleyError);
    key = 'a secret of a test, long enough for it';
    clock.pass(retryIn ?? 0);
    await online(john);
  });

  it('of another person is refused: a client is one person’s', async () => {
    let person = 'john';
    const john = clientOf('john', relay.url, { getToken: () => tokenFor(person) });
    await online(john);
    relay.onRequest = () => 401;
    person = 'sarah';
    await expect(john.call('getMe', {})).rejects.toMatchObject({ problem: { status: 401 } });
  });

  it('that cannot be had leaves the client waiting for the network', async () => {
    let isThere = false;
    const clock = createClock();
    const getToken = () => (isThere ? tokenFor('john') : Promise.reject(new Error('no network')));
    const john = clientOf('john', relay.url, { ...clock.timers, getToken });
    watch(john.inbox());
    await shown(john.connection, ({ status }) => status === 'offline');
    expect(john.inbox().getSnapshot().status).toBe('loading');
    isThere = true;
    clock.pass(30_000);
    await online(john);
    await shown(john.inbox(), ({ status }) => status === 'ready');
  });
});

describe('a call', () => {
  it('rejects with the problem that the service answers, or with status 0 where there is no answer', async () => {
    const john = clientOf('john', relay.url);
    const missing = john.call('getConversation', { params: { id: '0199c1f2-0000-7000-8000-000000000000' } });
    await expect(missing).rejects.toMatchObject({ problem: { status: 404, type: '/problems/not-found' } });
    relay.up = false;
    await expect(john.call('getMe', {})).rejects.toMatchObject({ problem: { status: 0 } });
  });

  it('that only reads is asked again where the service says to wait', async () => {
    const john = clientOf('john', relay.url);
    await online(john);
    const answers = [429, 503, null];
    relay.onRequest = () => answers.shift() ?? null;
    await expect(john.call('getMe', {})).resolves.toMatchObject({ id: 'john' });
    const refusals = [429, null];
    relay.onRequest = () => refusals.shift() ?? null;
    const change = john.call('updateMe', { body: { notifications: { email: true } } });
    await expect(change).rejects.toMatchObject({ problem: { status: 429, retryAfter: 1 } });
  });

  it('that changes the profile shows in `me`', async () => {
    const john = clientOf('john', relay.url);
    watch(john.me);
    await shown(john.me, (me) => me?.notifications.email === true);
    await john.call('updateMe', { body: { notifications: { email: false } } });
    await shown(john.me, (me) => me?.notifications.email === false);
  });
});
