import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startJobs } from '../src/jobs/start.ts';
import { registerUnsubscribe } from '../src/mail/unsubscribe-pages.ts';
import { takeDue } from '../src/notifications/take-due.ts';
import { addConversation, say, seedMarket } from './support/market.ts';
import { createNode, type TestNode } from './support/node.ts';
import { startSmtp, type SmtpFixture } from './support/smtp-fixture.ts';

let database: TestDatabase;
let smtp: SmtpFixture;
let node: TestNode;
const logged: string[] = [];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  logged.length = 0;
  smtp = await startSmtp();
  node = await openNode({ SMTP_URL: smtp.url });
  await node.pool.query('truncate users, stores, listings, conversations, deliveries cascade');
  await seedMarket(node.pool);
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await smtp.close();
});

afterAll(() => database.drop());

async function openNode(env: Record<string, string>): Promise<TestNode> {
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      logged.push(String(chunk));
      done();
    },
  });
  const opened = await createNode(database.url, env, sink);
  ends.push(() => opened.close());
  return opened;
}

async function work(on: TestNode = node): Promise<void> {
  const jobs = await startJobs(on.context, database.url);
  ends.push(() => jobs.stop());
}

const settled = (count: number) =>
  vi.waitFor(
    async () => {
      const { rows } = await node.pool.query<{ state: string; detail: string | null; message_id: string }>(
        `select state, detail, message_id from deliveries where state <> 'due' order by id`,
      );
      expect(rows).toHaveLength(count);
      return rows;
    },
    { timeout: 15_000, interval: 50 },
  );

const mailed = (count: number) =>
  vi.waitFor(() => expect(smtp.mails).toHaveLength(count), { timeout: 15_000, interval: 50 });

describe('who is told, and when', () => {
  test('a burst is one mail, to the other side alone', async () => {
    const id = await addConversation(node.pool, { sellers: ['sarah', 'tom'] });
    for (const words of ['Hi!', 'Is it safe for the microwave?', 'And the dishwasher?'])
      await say(node.context, id, 'john', words);
    await work();
    await mailed(2);
    await sleep(1_500);
    expect(smtp.mails.map(({ to }) => to.join()).toSorted()).toEqual(['sarah@clay.test', 'tom@clay.test']);
    for (const { parsed, raw } of smtp.mails) {
      expect(parsed.text).toContain('Hi!');
      expect(parsed.text).toContain('And the dishwasher?');
      expect(raw).not.toContain('john@buyers.test');
    }
  });

  test('the delay is kept, and reading meanwhile means no mail', async () => {
    const slow = await openNode({ SMTP_URL: smtp.url, NOTIFY_DELAY: '2' });
    await work(slow);
    const [first, second] = [await addConversation(node.pool), await addConversation(node.pool)];
    await say(slow.context, first, 'john', 'Read in time');
    await say(slow.context, second, 'john', 'Left unread');
    await node.pool.query(
      `update participants set unread = 0, read_seq = 1, notify_at = null where conversation_id = $1 and user_id = 'sarah'`,
      [first],
    );
    await sleep(1_200);
    expect(smtp.mails).toHaveLength(0);
    await mailed(1);
    expect(smtp.mails[0]?.parsed.text).toContain('Left unread');
    await sleep(500);
    expect(smtp.mails).toHaveLength(1);
  });

  test('a seat that is due with nothing unread is only cleared', async () => {
    const id = await addConversation(node.pool);
    await say(node.context, id, 'john', 'Hello');
    await node.pool.query(`update participants set unread = 0, read_seq = 1 where conversation_id = $1`, [
      id,
    ]);
    await work();
    await vi.waitFor(async () => {
      const { rows } = await node.pool.query('select 1 from participants where notify_at is not null');
      expect(rows).toHaveLength(0);
    });
    expect((await node.pool.query('select 1 from deliveries')).rows).toHaveLength(0);
  });

  const silences: [string, string][] = [
    ['reading', `update participants set unread = 0, read_seq = 1 where user_id = 'sarah'`],
    ['muting', `update participants set muted = true where user_id = 'sarah'`],
    ['unsubscribing', `update participants set email_off = true where user_id = 'sarah'`],
    ['switching emails off', `update users set email_notifications = false where id = 'sarah'`],
    ['suspension', `update users set suspended = true where id = 'sarah'`],
    ['erasure', `update users set erased_at = now(), email = null where id = 'sarah'`],
    ['having no address', `update users set email = null where id = 'sarah'`],
    ['taking the message back', `update messages set redacted_at = now(), body = ''`],
  ];
  test.each(silences)('%s between due and sending skips the mail', async (_what, sql) => {
    const id = await addConversation(node.pool);
    const slow = await openNode({ SMTP_URL: smtp.url, NOTIFY_DELAY: '60' });
    await work(slow);
    await say(slow.context, id, 'john', 'Hello');
    await node.pool.query(sql);
    await node.pool.query(`update participants set notify_at = now(), unread = 1 where user_id = 'sarah'`);
    const [row] = await settled(1);
    expect(row?.state).toBe('skipped');
    expect(row?.detail).toMatch(/\w/u);
    expect(smtp.mails).toHaveLength(0);
  });

  test('an archived conversation is told of all the same', async () => {
    const id = await addConversation(node.pool);
    await say(node.context, id, 'john', 'Hello');
    await node.pool.query(`update participants set archived = true`);
    await work();
    await mailed(1);
  });

  test('the next mail speaks of what is new, and threads with the first', async () => {
    const id = await addConversation(node.pool);
    await work();
    for (const [index, words] of ['first words', 'second words', 'third words'].entries()) {
      await say(node.context, id, 'john', words);
      await mailed(index + 1);
      await settled(index + 1);
    }
    const [first, second, third] = smtp.mails.map(({ parsed }) => parsed);
    expect(second?.text).not.toContain('first words');
    expect(second?.inReplyTo).toBe(first?.messageId);
    expect(third?.inReplyTo).toBe(second?.messageId);
    expect(third?.references).toEqual([first?.messageId, second?.messageId]);
    expect(new Set(smtp.mails.map(({ parsed }) => parsed.subject)).size).toBe(1);
  });

  test('at most five messages, the rest counted', async () => {
    const id = await addConversation(node.pool);
    for (let index = 1; index <= 8; index += 1) await say(node.context, id, 'john', `number ${index}.`);
    await work();
    await mailed(1);
    expect(smtp.mails[0]?.parsed.text).toContain('number 5.');
    expect(smtp.mails[0]?.parsed.text).not.toContain('number 6.');
    expect(smtp.mails[0]?.parsed.text).toContain('and 3 more messages');
  });

  test('several nodes send each mail once', async () => {
    const nodes = [node, await openNode({ SMTP_URL: smtp.url }), await openNode({ SMTP_URL: smtp.url })];
    const ids = await Promise.all(Array.from({ length: 30 }, () => addConversation(node.pool)));
    await Promise.all(nodes.map((one) => work(one)));
    await Promise.all(
      ids.map((id, index) => say(nodes[index % 3]?.context ?? node.context, id, 'john', `about ${id}`)),
    );
    await mailed(30);
    await sleep(1_200);
    const texts = smtp.mails.map(({ parsed }) => ids.find((id) => parsed.text?.includes(`about ${id}`)));
    expect(new Set(texts)).toEqual(new Set(ids));
    expect(smtp.mails).toHaveLength(30);
  });

  test('a message that comes while its seat is being taken is spoken of in the next mail', async () => {
    const id = await addConversation(node.pool);
    await work();
    const sent = [];
    for (let index = 0; index < 40; index += 1) {
      sent.push(await say(node.context, id, 'john', `piece ${index};`));
      await sleep(25);
    }
    await vi.waitFor(
      async () => {
        const { rows } = await node.pool.query(`select 1 from participants where notify_at is not null`);
        expect(rows).toHaveLength(0);
      },
      { timeout: 5_000 },
    );
    const { rows } = await node.pool.query<{ from_seq: number; upto_seq: number }>(
      'select from_seq, upto_seq from deliveries order by from_seq',
    );
    let covered = 0;
    for (const row of rows) {
      expect(row.from_seq).toBe(covered);
      covered = row.upto_seq;
    }
    expect(covered).toBe(40);
  });
});

describe('when mail cannot be sent', () => {
  test('"later" is tried again, with the same Message-ID, and arrives once', async () => {
    let tries = 0;
    smtp.answer = () => (++tries === 1 ? 451 : null);
    const id = await addConversation(node.pool);
    await say(node.context, id, 'john', 'Hello');
    await work();
    await mailed(1);
    expect(smtp.tries).toHaveLength(2);
    expect(new Set(smtp.tries).size).toBe(1);
    const [row] = await settled(1);
    expect(row).toMatchObject({ state: 'sent', message_id: smtp.tries[0] });
  });

  test('"never" is not tried again, and says why', async () => {
    smtp.answer = () => 550;
    const id = await addConversation(node.pool);
    await say(node.context, id, 'john', 'Hello');
    await work();
    const [row] = await settled(1);
    expect(row).toMatchObject({ state: 'failed', detail: 'The mail server refused it for good (550).' });
    await sleep(3_500);
    expect(smtp.tries).toHaveLength(1);
  });

  test('a server that is away is waited for', async () => {
    const port = Number(new URL(smtp.url).port);
    await smtp.close();
    const id = await addConversation(node.pool);
    await say(node.context, id, 'john', 'Hello');
    await work();
    await vi.waitFor(
      async () => {
        const { rows } = await node.pool.query<{ last_error: string }>(
          'select last_error from graphile_worker.jobs where last_error is not null',
        );
        expect(rows[0]?.last_error).toContain('did not take a mail');
      },
      { timeout: 5_000 },
    );
    smtp = await startSmtp(port);
    await mailed(1);
  });

  test('the last try’s failure is the delivery’s', async () => {
    smtp.answer = () => 451;
    const id = await addConversation(node.pool);
    await say(node.context, id, 'john', 'Hello');
    await work();
    await vi.waitFor(() => expect(smtp.tries).toHaveLength(1), { timeout: 5_000 });
    await vi.waitFor(async () => {
      const done = await node.pool.query(
        `update graphile_worker._private_jobs set attempts = max_attempts - 1, run_at = now() where locked_at is null`,
      );
      expect(done.rowCount).toBe(1);
    });
    const [row] = await settled(1);
    expect(row).toMatchObject({
      state: 'failed',
      detail: 'The mail server did not take a mail (EMESSAGE, 451).',
    });
  });

  test('without SMTP_URL what is due waits, and goes out once there is one', async () => {
    const mute = await openNode({});
    await work(mute);
    const id = await addConversation(node.pool);
    await say(mute.context, id, 'john', 'Patience');
    await sleep(1_500);
    expect((await node.pool.query('select 1 from deliveries')).rows).toHaveLength(0);
    expect(
      (await node.pool.query('select 1 from participants where notify_at is not null')).rows,
    ).toHaveLength(1);
    await work();
    await mailed(1);
  });

  test('logs carry no address, text or token', async () => {
    smtp.answer = ([to]) => (to === 'sarah@clay.test' ? 550 : 451);
    const id = await addConversation(node.pool, { sellers: ['sarah', 'tom'] });
    await say(node.context, id, 'john', 'a secret text');
    await work();
    await settled(1);
    await vi.waitFor(() => expect(smtp.tries.length).toBeGreaterThan(1), { timeout: 5_000 });
    await sleep(200);
    expect(logged.join('')).not.toMatch(/clay\.test|buyers\.test|secret text|\?t=|unsubscribe\//u);
  });
});

describe('taking what is due', () => {
  test('all or nothing: when the queue cannot be written, the seat stays due', async () => {
    const id = await addConversation(node.pool);
    await say(node.context, id, 'john', 'Hello');
    await work(await openNode({}));
    await node.pool.query('alter schema graphile_worker rename to away');
    try {
      const taking = takeDue(node.context.db, { channels: ['email'], domain: 'kiln.test' });
      await expect(taking).rejects.toThrow('graphile_worker');
    } finally {
      await node.pool.query('alter schema away rename to graphile_worker');
    }
    expect(
      (await node.pool.query('select 1 from participants where notify_at is not null')).rows,
    ).toHaveLength(1);
    expect((await node.pool.query('select 1 from deliveries')).rows).toHaveLength(0);
  });
});

test('the mail’s own link to unsubscribe works', async () => {
  const app = fastify({ routerOptions: { maxParamLength: 2000 } });
  await registerUnsubscribe(app, node.context);
  const id = await addConversation(node.pool);
  await say(node.context, id, 'john', 'Hello');
  await work();
  await mailed(1);
  const link =
    /^List-Unsubscribe: <http:\/\/market\.test:4000([^>]+)>/mu.exec(
      (smtp.mails[0]?.raw ?? '').replace(/\r\n\s+/gu, ' '),
    )?.[1] ?? '';
  expect((await app.inject({ method: 'POST', url: link })).statusCode).toBe(200);
  await say(node.context, id, 'john', 'Again');
  await settled(2);
  expect(smtp.mails).toHaveLength(1);
});
