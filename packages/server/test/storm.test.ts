import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestService, type TestService } from './support/running-service.ts';
import { at, connectAs, type TestSocket } from './support/socket.ts';
import { createStatementCounter } from './support/statements.ts';

const count = 200;
const counter = createStatementCounter();
let service: TestService;
beforeAll(async () => {
  service = await startTestService({}, (url) => counter.reach(url));
});
afterAll(async () => {
  await service.close();
  await counter.close();
});

/** Somebody with one conversation, and what they know of it: the texts by `seq`. */
interface Buyer {
  readonly userId: string;
  readonly conversationId: string;
  readonly known: Map<number, string>;
  socket: TestSocket | null;
}

async function makeBuyers(): Promise<Buyer[]> {
  const { ask } = service;
  for (const id of ['sarah', 'tom']) await ask('putUser', { params: { id }, body: { name: id } });
  await ask('putStore', { params: { id: 'clay' }, body: { name: 'Clay & Co', members: ['sarah'] } });
  await ask('putListing', { params: { id: 'bowl' }, body: { storeId: 'clay', title: 'Bowl' } });
  const make = async (userId: string): Promise<Buyer> => {
    await ask('putUser', { params: { id: userId }, body: { name: userId } });
    const body = { listingId: 'bowl', text: 'Hello', clientId: 'first' };
    const opened = await ask('openConversation', { headers: { 'parley-as': userId }, body });
    return { userId, conversationId: opened.conversation.id, known: new Map([[1, 'Hello']]), socket: null };
  };
  const buyers: Buyer[] = [];
  for (let start = 0; start < count; start += 20)
    buyers.push(
      ...(await Promise.all(Array.from({ length: 20 }, (_none, index) => make(`buyer-${start + index}`)))),
    );
  return buyers;
}

function learn({ known, conversationId, userId }: Buyer, message: unknown): void {
  const [seq, text, of] = [at(message, 'seq'), at(message, 'text'), at(message, 'conversationId')];
  if (typeof seq !== 'number' || typeof text !== 'string' || of !== conversationId)
    throw new Error(`${userId} was told ${JSON.stringify(message)}`);
  const before = known.get(seq);
  if (before !== undefined && before !== text)
    throw new Error(`${seq} of ${userId} is both ${before} and ${text}`);
  known.set(seq, text);
}

/** Connects, authenticates with a token that the service has not seen, and syncs what is known. */
async function comeBack(buyer: Buyer, turn: number): Promise<void> {
  const socket = await connectAs(service.url, buyer.userId, { name: buyer.userId, jti: `${turn}` });
  buyer.socket = socket;
  const conversations = { [buyer.conversationId]: buyer.known.size };
  const answer = await socket.ask({ op: 'sync', ref: 'sync', conversations });
  const missed = at(answer, 'conversations', '0', 'messages');
  if (!Array.isArray(missed)) throw new Error(`no sync: ${JSON.stringify(answer)}`);
  for (const message of missed) learn(buyer, message);
}

/** Takes in what was pushed, and leaves the socket as a cable that is cut. */
function cut(buyer: Buyer): void {
  takePushed(buyer);
  buyer.socket?.socket.terminate();
}

function takePushed(buyer: Buyer): void {
  for (const frame of buyer.socket?.frames ?? [])
    if (frame['op'] === 'message') learn(buyer, frame['message']);
}

/** Sarah writes to one after the other, a message every few milliseconds, until she is told to stop. */
function keepSending(sarah: TestSocket, buyers: readonly Buyer[]) {
  const lateness: number[] = [];
  let [sent, running] = [0, true];
  const done = (async () => {
    const answers: Promise<void>[] = [];
    for (; running; sent += 1) {
      const { conversationId = '' } = buyers[(sent * 7) % count] ?? {};
      const ref = `s-${sent}`;
      const started = performance.now();
      const answer = sarah.ask({ op: 'send', ref, conversationId, clientId: ref, text: `Text ${sent}` });
      answers.push(
        answer.then((frame) => {
          expect(frame).toMatchObject({ op: 'sent', message: { text: `Text ${ref.slice(2)}` } });
          lateness.push(performance.now() - started);
        }),
      );
      await sleep(8);
    }
    await Promise.all(answers);
  })();
  return {
    stop: async () => {
      running = false;
      await done;
      return { sent, latest: Math.max(...lateness) };
    },
  };
}

async function stored(): Promise<Map<string, Map<number, string>>> {
  const client = new pg.Client({ connectionString: service.database.url });
  await client.connect();
  const { rows } = await client.query<{ conversation_id: string; seq: number; body: string }>(
    'select conversation_id, seq, body from messages order by conversation_id, seq',
  );
  await client.end();
  const logs = new Map<string, Map<number, string>>();
  for (const { conversation_id: id, seq, body } of rows)
    logs.set(id, (logs.get(id) ?? new Map<number, string>()).set(seq, body));
  return logs;
}

test('200 who come back at once are in sync with three statements each, and nobody waits for them', async () => {
  const buyers = await makeBuyers();
  await Promise.all(buyers.map((buyer) => comeBack(buyer, 0)));
  const sarah = await connectAs(service.url, 'sarah');
  const sending = keepSending(sarah, buyers);
  await sleep(500);
  counter.take();
  // What is asked whether somebody comes back or not: by sending, and by the service itself every 1.5 s.
  await sleep(3_500);
  const usual = new Set(counter.take());
  buyers.forEach(cut);
  await sleep(500);
  const before = await stored();
  const missing = buyers.filter((buyer) => buyer.known.size < (before.get(buyer.conversationId)?.size ?? 0));
  expect(missing.length).toBeGreaterThan(10);
  counter.take();

  const started = performance.now();
  await Promise.all(buyers.map((buyer) => sleep(Math.random() * 500).then(() => comeBack(buyer, 1))));
  // By what their syncs answered alone: what was pushed meanwhile is not taken in yet.
  for (const { conversationId, known } of buyers)
    expect([...known]).toEqual(expect.arrayContaining([...(before.get(conversationId) ?? [])]));
  const seconds = (performance.now() - started) / 1000;
  const asked = counter.take().filter((statement) => !usual.has(statement));
  const { sent, latest } = await sending.stop();

  const logs = await stored();
  const known = () => new Map(buyers.map((buyer) => [buyer.conversationId, buyer.known]));
  await vi.waitFor(
    () => {
      buyers.forEach(takePushed);
      for (const [id, log] of logs) expect(known().get(id)?.size).toBe(log.size);
    },
    { timeout: 8_000 },
  );
  for (const [id, log] of logs) expect([...(known().get(id) ?? [])].sort(bySeq)).toEqual([...log]);
  expect([...logs.values()].reduce((sum, log) => sum + log.size, 0)).toBe(count + sent);
  // Nobody is let in and told what they missed by less than two.
  expect(asked.length / count).toBeGreaterThanOrEqual(2);
  expect(asked.length / count, [...new Set(asked)].join('\n\n')).toBeLessThanOrEqual(3);
  expect(seconds).toBeLessThan(15);
  expect(latest).toBeLessThan(3_000);
  for (const { socket } of buyers) socket?.close();
  sarah.close();
}, 60_000);

function bySeq([a]: [number, string], [b]: [number, string]): number {
  return a - b;
}
