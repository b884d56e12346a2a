import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './api.ts';
import { canary, createLedger, type Ledger, type Verdict } from './ledger.ts';
import { connectPerson, type Person } from './person.ts';
import { say } from './scale.ts';
import type { World } from './world.ts';

export interface LoadOptions {
  /** Where people connect; the nodes unless said. Each person begins with another one. */
  readonly urls?: readonly string[];
  /** Buyers and sellers, two by two. */
  readonly pairs: number;
  /** Milliseconds that somebody waits after an answer before the next send. */
  readonly pause?: number | (() => number);
  /** Sends of one person that wait for their answers at a time. */
  readonly window?: number;
  /** Where all is noted; a new one unless said. */
  readonly ledger?: Ledger;
}

/** People at work: they send all the time, all they know is in the ledger. */
export interface Load {
  readonly people: readonly Person[];
  readonly pairs: readonly Pair[];
  /** Who keeps a list of what. */
  readonly members: readonly { readonly userId: string; readonly conversationId: string }[];
  readonly ledger: Ledger;
  /** Sends acknowledged so far. */
  acknowledged(): number;
  /** Resolves once so many more are acknowledged. @throws after `milliseconds` */
  progress(count: number, milliseconds: number): Promise<void>;
  /** Ends the sending, and resolves when every outcome is known. */
  pauseSending(): Promise<void>;
  /** Ends the sending, waits until every outcome is known and every list complete, and judges. */
  settle(): Promise<Verdict>;
}

/** One buyer and one seller, and the conversation between them. */
export interface Pair {
  readonly buyerId: string;
  readonly sellerId: string;
  readonly conversationId: string;
}

/** Milliseconds in which everything is to be settled after a fault. */
const settleTime = 60_000;

/** Makes the people and their conversations and starts the sending. One more, who is in no conversation, tries to send into all of them. */
export async function startLoad(world: World, options: LoadOptions): Promise<Load> {
  const { pairs: count, pause = 10, window = 2, ledger = createLedger() } = options;
  const rest = typeof pause === 'number' ? () => pause : pause;
  const urls = options.urls ?? world.nodes.map((node) => node.url);
  const home = world.nodes[0]?.url ?? '';
  const name = randomUUID().slice(0, 8);
  const pairs: Pair[] = [];
  for (let index = 0; index < count; index += 1) pairs.push(await makePair(home, ledger, `${name}-${index}`));

  let connected = 0;
  const connect = async (userId: string, conversationIds: readonly string[]): Promise<Person> => {
    const turn = (connected += 1) % urls.length;
    const { token } = await call(home, 'createToken', { body: { userId, expiresIn: 86_400 } });
    const inTurn = [...urls.slice(turn), ...urls.slice(0, turn)];
    return connectPerson({ userId, token, urls: inTurn, conversationIds, ledger });
  };
  const members = await Promise.all(
    pairs.flatMap((pair) =>
      [pair.buyerId, pair.sellerId].map((userId) => connect(userId, [pair.conversationId])),
    ),
  );
  const strangerId = `stranger-${name}`;
  await call(home, 'putUser', { params: { id: strangerId }, body: { name: 'A stranger' } });
  const stranger = await connect(strangerId, []);
  const people = [...members, stranger];

  let working = true;
  const work = async (person: Person, ids: readonly string[], rest: () => number): Promise<void> => {
    for (let turn = 0; working; turn += 1) {
      const conversationId = ids[turn % ids.length] ?? '';
      const key = randomUUID();
      await person.send({ conversationId, key, text: `${key} ${canary(conversationId)}` });
      await sleep(rest());
    }
  };
  const loops = members.flatMap((person, index) => {
    const id = pairs[index >> 1]?.conversationId ?? '';
    return Array.from({ length: window }, () => work(person, [id], rest));
  });
  const ids = pairs.map((pair) => pair.conversationId);
  loops.push(work(stranger, ids, () => 50));

  const pauseSending = async (): Promise<void> => {
    working = false;
    await inTime(Promise.all(loops), 'not every outcome became known');
  };
  const acknowledged = () => members.reduce((sum, { diary }) => sum + diary.waits.length, 0);
  return {
    people,
    pairs,
    members: pairs.flatMap(({ buyerId, sellerId, conversationId }) =>
      [buyerId, sellerId].map((userId) => ({ userId, conversationId })),
    ),
    ledger,
    acknowledged,
    async progress(more, milliseconds) {
      const goal = acknowledged() + more;
      const deadline = performance.now() + milliseconds;
      while (acknowledged() < goal) {
        if (performance.now() > deadline)
          throw new Error(`only ${acknowledged()} of ${goal} sends were acknowledged in time`);
        await sleep(20);
      }
    },
    pauseSending,
    async settle() {
      await pauseSending();
      await inTime(Promise.all(people.map((person) => person.catchUp())), 'not everybody could catch up');
      for (const person of people) person.close();
      const verdict = ledger.judge(await world.database.rows());
      say(JSON.stringify({ ...verdict.figures, violations: verdict.violations.length }));
      return verdict;
    },
  };
}

async function makePair(url: string, ledger: Ledger, name: string): Promise<Pair> {
  const named = (kind: string) => `${kind}-${name}`;
  const [buyerId, sellerId, storeId, listingId] = [
    named('buyer'),
    named('seller'),
    named('store'),
    named('listing'),
  ];
  await call(url, 'putUser', { params: { id: buyerId }, body: { name: `Buyer ${name}` } });
  await call(url, 'putUser', { params: { id: sellerId }, body: { name: `Seller ${name}` } });
  await call(url, 'putStore', { params: { id: storeId }, body: { name: 'A store', members: [sellerId] } });
  await call(url, 'putListing', { params: { id: listingId }, body: { storeId, title: 'A bowl' } });
  const { token } = await call(url, 'createToken', { body: { userId: buyerId, expiresIn: 86_400 } });
  const key = randomUUID();
  const body = { listingId, text: 'Is it still there?', clientId: key };
  const { conversation, message } = await call(url, 'openConversation', { body, as: token });
  const conversationId = conversation.id;
  ledger.open(conversationId, [buyerId, sellerId]);
  ledger.sending({ conversationId, author: buyerId, key, text: body.text });
  ledger.acknowledged(key, message.seq);
  return { buyerId, sellerId, conversationId };
}

async function inTime(work: Promise<unknown>, complaint: string): Promise<void> {
  const controller = new AbortController();
  const late = sleep(settleTime, true, { signal: controller.signal }).catch(() => false);
  const isLate = await Promise.race([work.then(() => false), late]);
  controller.abort();
  if (isLate) throw new Error(`${complaint} within ${settleTime / 1000} s`);
}

/** The longest that anybody waited for an acknowledgement, in milliseconds. */
export function longestWait(people: readonly Person[]): number {
  return Math.max(
    0,
    ...people.map(({ diary }) => diary.waits.reduce((most, wait) => Math.max(most, wait), 0)),
  );
}

/** Statuses of answers that were no acknowledgements, to the members; 404 is the stranger's. */
export function problemsOf(people: readonly Person[]): number[] {
  return [...new Set(people.flatMap(({ diary }) => [...diary.problems.keys()]))]
    .filter((status) => status !== 404)
    .sort();
}
