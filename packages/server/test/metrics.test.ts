import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { apiKey, secret, seedShop, startTestService, type TestService } from './support/running-service.ts';
import { scrape } from './support/scrape.ts';
import { startSmtp, type SmtpFixture } from './support/smtp-fixture.ts';
import { at, connectAs } from './support/socket.ts';

let smtp: SmtpFixture;
let service: TestService;

beforeAll(async () => {
  smtp = await startSmtp();
  service = await startTestService({
    METRICS_PORT: '0',
    SMTP_URL: smtp.url,
    NOTIFY_DELAY: '0',
    LIMIT_SENDS: '3/h',
  });
  await seedShop(service);
});
afterAll(async () => {
  await service.close();
  await smtp.close();
});

const address = (): string => service.app.metricsAddress ?? 'no address';

/** John asks by HTTP and over a socket; Sarah, who is connected, hears of it; then he sends more than he may. */
async function makeTraffic(): Promise<void> {
  const sarah = await connectAs(service.url, 'sarah');
  const john = await connectAs(service.url, 'john');
  const opened = await service.ask('openConversation', {
    as: apiKey,
    headers: { 'parley-as': 'john' },
    body: { listingId: 'bowl', text: 'Is the azure one left?', clientId: 'first' },
  });
  const conversationId = at(opened, 'conversation', 'id');
  const send = { op: 'send', ref: 'a', conversationId, clientId: 'second', text: 'A canary: xyzzy' };
  await john.ask(send);
  await john.ask({ ...send, ref: 'b' });
  await sarah.next((frame) => at(frame, 'message', 'seq') === 2);
  await sarah.ask({ op: 'read', ref: 'c', conversationId: '00000000-0000-7000-8000-000000000000', seq: 1 });
  sarah.send('not JSON');
  for (let turn = 0; turn < 10; turn += 1) await john.ask({ ...send, ref: `more ${turn}` });
  await service.call('getConversation', {
    as: null,
    params: { id: '00000000-0000-7000-8000-000000000000' },
  });
}

describe('after some traffic', () => {
  beforeAll(makeTraffic);

  test('a scrape says how much of what there was', async () => {
    await vi.waitFor(async () => {
      const { value } = await scrape(service.app.metricsAddress);
      expect(value('parley_notifications_total{channel="email",outcome="sent"}')).toBe(1);
      expect(value('parley_jobs_total{task="deliver",outcome="done"}')).toBe(1);
    }, 10_000);
    const { value } = await scrape(service.app.metricsAddress);
    expect(value('parley_messages_total{kind="text"}')).toBe(2);
    expect(value('parley_messages_repeated_total')).toBeGreaterThanOrEqual(1);
    expect(value('parley_batch_entries_count')).toBeGreaterThanOrEqual(3);
    expect(value('parley_commit_seconds_count')).toBe(value('parley_batch_entries_count'));
    // The first message, and what is sent again, are read; the second one is planned from memory.
    expect(value('parley_batches_total{plan="recalled"}')).toBeGreaterThanOrEqual(1);
    expect(value('parley_batches_total{plan="read"}')).toBeGreaterThanOrEqual(2);
    expect(value('parley_delivery_lag_seconds_count')).toBe(2);
    expect(value('parley_journal_waiting')).toBe(0);
    expect(value('parley_sockets')).toBe(2);
    expect(value('parley_socket_buffered_bytes')).toBe(0);
    expect(value('parley_slow_readers_total')).toBe(0);
    expect(value('parley_frames_total{op="auth",outcome="ok"}')).toBe(2);
    expect(value('parley_frames_total{op="read",outcome="not-found"}')).toBe(1);
    expect(value('parley_frames_total{op="invalid",outcome="bad-request"}')).toBe(1);
    const limited = value('parley_frames_total{op="send",outcome="too-many"}') ?? 0;
    expect(limited).toBeGreaterThan(0);
    expect(value('parley_rate_limited_total{kind="sends"}')).toBe(limited);
    expect(value('parley_bus_events_total{direction="sent",type="message.sent"}')).toBe(2);
    expect(
      value('parley_http_request_seconds_count{method="GET",route="/v1/conversations/:id",status="401"}'),
    ).toBe(1);
    expect(value('parley_queue_jobs{state="waiting"}')).toBe(0);
    expect(value('parley_database_connections{pool="journal",state="busy"}')).toBe(0);
    expect(value('parley_info{version="0.1.0"}')).toBe(1);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  test('every line is a comment or a sample, every series is described and appears once', async () => {
    const { text } = await scrape(service.app.metricsAddress);
    expect(text.endsWith('\n')).toBe(true);
    const described = new Set<string>();
    const seen = new Set<string>();
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const type = /^# TYPE (\S+) (?:counter|gauge|histogram|summary)$/.exec(line);
      if (type?.[1] !== undefined) described.add(type[1]);
      if (line.startsWith('# ')) continue;
      expect(line).toMatch(
        /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? (Nan|[+-]Inf|-?[\d.]+(e[+-]?\d+)?)$/,
      );
      const series = line.slice(0, line.lastIndexOf(' '));
      expect(seen.has(series), series).toBe(false);
      seen.add(series);
      const name = series.split('{')[0] ?? '';
      expect(described.has(name) || described.has(name.replace(/_(bucket|sum|count)$/, '')), name).toBe(true);
    }
    expect(seen.size).toBeGreaterThan(100);
  });

  test('nothing in it is of anybody', async () => {
    const { text } = await scrape(service.app.metricsAddress);
    for (const word of [
      'john',
      'sarah',
      'clay',
      'bowl',
      'azure',
      'xyzzy',
      'example.com',
      apiKey,
      '0000-7000',
    ])
      expect(text.toLowerCase()).not.toContain(word);
  });
});

test('the metrics have a port of their own, with nothing else on it', async () => {
  const { origin } = new URL(address());
  expect((await fetch(`${origin}/`)).status).toBe(404);
  expect((await fetch(`${origin}/v1/inbox`)).status).toBe(404);
  expect((await fetch(address(), { method: 'POST' })).status).toBe(405);
  expect((await fetch(address(), { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
});

test('without METRICS_PORT there are none', async () => {
  const quiet = await startTestService();
  expect(quiet.app.metricsAddress).toBeNull();
  await quiet.close();
});

test('a port that is taken is said by its variable, and nothing stays open', async () => {
  const { port } = new URL(address());
  const env = {
    PORT: '0',
    METRICS_PORT: port,
    PARLEY_SECRET: secret,
    PARLEY_API_KEY: apiKey,
    LOG_LEVEL: 'silent',
  };
  const options = { connectionString: service.database.url };
  await expect(createApp(loadConfig(env, 'serve'), options)).rejects.toThrow(/Set METRICS_PORT/);
});

test('the dashboard and the guide name what there is', async () => {
  const { text } = await scrape(service.app.metricsAddress);
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const docs = new URL('../../../docs/', import.meta.url);
  for (const file of ['dashboard.json', 'monitoring.md']) {
    const named = (await readFile(new URL(file, docs), 'utf8')).match(
      /\b(?:parley|nodejs|process)_[a-z0-9_]*[a-z0-9]\b/g,
    );
    const missing = [...new Set(named)].filter(
      (name) =>
        !known.has(name) &&
        !known.has(name.replace(/_(bucket|count)$/, '')) &&
        name !== 'nodejs_eventloop_lag',
    );
    expect(missing, file).toEqual([]);
  }
});
