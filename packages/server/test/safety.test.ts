import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../test/support/database.ts';
import { actions } from '../src/actions/index.ts';
import type { BusEvent } from '../src/bus/bus.ts';
import { responseMinutes } from '../src/domain/response-time.ts';
import { createNode, type TestNode } from './support/node.ts';
import { host, openAbout, person, problemOf, putBowl, putShop, send } from './support/shop.ts';

let node: TestNode;
let id: string;
const heard: BusEvent[] = [];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const database = await createTestDatabase();
  node = await createNode(database.url);
  node.context.bus.subscribe((event) => heard.push(event));
  ends.push(
    () => node.close(),
    () => database.drop(),
  );
  await putShop(node);
});
afterAll(async () => {
  for (const end of ends) await end();
});
beforeEach(async () => {
  const listing = `l-${randomUUID()}`;
  await putBowl(node, listing, 'Bowl');
  id = await openAbout(node, 'john', listing, 'Hello');
  heard.length = 0;
});

function told(): string[] {
  return heard.flatMap((event) =>
    event.type === 'conversation.changed' && event.conversationId === id ? event.recipients : [],
  );
}

describe('blocks', () => {
  const block = (userId: string, target: string) =>
    actions.putBlock(node.context, person(userId), { params: { id: target } });
  const unblock = (userId: string, target: string) =>
    actions.deleteBlock(node.context, person(userId), { params: { id: target } });
  const blockedFor = async (userId: string) =>
    (await actions.getConversation(node.context, person(userId), { params: { id } })).blocked;

  test('a buyer blocks a store: nothing of it arrives, until they hear from it again', async () => {
    await block('john', 'clay');
    expect(told().sort()).toEqual(['john', 'sarah', 'tom']);
    expect(await blockedFor('john')).toBe('by-me');
    expect(await blockedFor('tom')).toBe('by-other');
    expect(await problemOf(send(node, 'tom', id, 'Hello?'))).toBe('blocked');
    expect(await problemOf(send(node, 'john', id, 'I may still write'))).toBe('none');
    await unblock('john', 'clay');
    expect(await problemOf(send(node, 'tom', id, 'Hello?'))).toBe('none');
  });

  test('a buyer blocks one of a store: the others still write', async () => {
    await block('john', 'tom');
    expect(await problemOf(send(node, 'tom', id, 'Hello?'))).toBe('blocked');
    expect(await problemOf(send(node, 'sarah', id, 'Hello?'))).toBe('none');
    await unblock('john', 'tom');
  });

  test('one of a store blocks a buyer for the whole store', async () => {
    await block('sarah', 'john');
    expect(told().sort()).toEqual(['john', 'sarah', 'tom']);
    expect(await blockedFor('tom')).toBe('by-me');
    expect(await problemOf(send(node, 'john', id, 'Hello?'))).toBe('blocked');
    await unblock('sarah', 'john');
  });

  test('twice is once, and undoing nothing is nothing', async () => {
    await Promise.all([block('john', 'clay'), block('john', 'clay'), block('john', 'clay')]);
    expect(told()).toHaveLength(3);
    const { items } = await actions.listBlocks(node.context, person('john'), {});
    expect(items).toMatchObject([{ id: 'clay' }]);
    await unblock('john', 'clay');
    heard.length = 0;
    await unblock('john', 'clay');
    expect(heard).toEqual([]);
    expect(await actions.listBlocks(node.context, person('john'), {})).toEqual({ items: [] });
  });

  test('nobody blocks themselves, their own side, or who is not there', async () => {
    expect(await problemOf(block('john', 'nobody'))).toBe('not-found');
    expect(await problemOf(block('john', 'john'))).toBe('invalid id');
    expect(await problemOf(block('sarah', 'clay'))).toBe('invalid id');
    expect(await problemOf(block('sarah', 'tom'))).toBe('invalid id');
  });
});

describe('reports', () => {
  const report = (userId: string, seq?: number, reason: 'spam' | 'scam' = 'spam') =>
    actions.reportConversation(node.context, person(userId), {
      body: { conversationId: id, reason, text: '  Look at this ', ...(seq !== undefined && { seq }) },
    });

  test('the same within a day is the first one, at once too', async () => {
    const first = await Promise.all(Array.from({ length: 8 }, () => report('john', 1)));
    expect(new Set(first.map((answer) => answer.id)).size).toBe(1);
    const whole = await report('john');
    expect(whole.id).not.toBe(first[0]?.id);
    expect((await report('sarah', 1)).id).not.toBe(first[0]?.id);
    await node.pool.query(`update reports set created_at = created_at - interval '25 hours'`);
    expect((await report('john')).id).not.toBe(whole.id);
    const { rows } = await node.pool.query(`select text from reports where id = $1`, [whole.id]);
    expect(rows).toEqual([{ text: 'Look at this' }]);
  });

  test('is for participants alone, about what is there', async () => {
    expect(await problemOf(report('ann'))).toBe('not-found');
    expect(await problemOf(report('olive'))).toBe('not-found');
    expect(await problemOf(report('john', 99))).toBe('invalid /seq');
  });
});

describe('one’s own profile', () => {
  test('preferences change alone', async () => {
    const before = await actions.getMe(node.context, person('sarah'), {});
    expect(before).toMatchObject({
      id: 'sarah',
      email: 'sarah@people.test',
      stores: [{ id: 'clay', name: 'Clay & Co', imageUrl: null }],
      notifications: { email: true },
    });
    const after = await actions.updateMe(node.context, person('sarah'), {
      body: { locale: 'pt-BR', timeZone: 'America/Bahia', notifications: { email: false } },
    });
    expect(after).toEqual({
      ...before,
      locale: 'pt-BR',
      timeZone: 'America/Bahia',
      notifications: { email: false },
    });
    expect(await actions.updateMe(node.context, person('sarah'), { body: {} })).toEqual(after);
    const bad = actions.updateMe(node.context, person('sarah'), { body: { timeZone: 'Nowhere/Land' } });
    expect(await problemOf(bad)).toBe('invalid /timeZone');
  });

  test('a new name is told to those who see it', async () => {
    await actions.updateMe(node.context, person('john'), { body: { name: ' Jóhn  X ' } });
    expect(told()).toContain('sarah');
    const page = await actions.listInbox(node.context, person('sarah'), { query: { q: 'john x' } });
    expect(page.items.map((item) => item.buyer.name)).toContain('Jóhn X');
  });
});

describe('contact', () => {
  const contact = (userId: string, listing: string) =>
    actions.getContact(node.context, person(userId), { params: { id: listing } });

  test('says whose it is, and the conversation that is there already', async () => {
    await putBowl(node, 'cup', 'Cup');
    expect(await contact('john', 'cup')).toMatchObject({
      listing: { id: 'cup', title: 'Cup', price: null },
      store: { id: 'clay', name: 'Clay & Co' },
      conversationId: null,
      own: false,
    });
    const opened = await openAbout(node, 'john', 'cup', 'Hi');
    expect(await contact('john', 'cup')).toMatchObject({ conversationId: opened });
    expect(await contact('ann', 'cup')).toMatchObject({ conversationId: null });
    expect(await contact('sarah', 'cup')).toMatchObject({ conversationId: null, own: true });
    expect(await problemOf(contact('john', 'none'))).toBe('not-found');
  });

  test('the response time is the median of first answers, once there are three', async () => {
    await actions.putStore(node.context, host, {
      params: { id: 'slow' },
      body: { name: 'Slow', members: ['eve'] },
    });
    const minutes = [10, 1000, 30];
    for (const [index, wait] of minutes.entries()) {
      const listing = `slow-${index}`;
      await actions.putListing(node.context, host, {
        params: { id: listing },
        body: { storeId: 'slow', title: 'S' },
      });
      expect(await contact('john', listing)).toMatchObject({ responseMinutes: null });
      const opened = await openAbout(node, 'john', listing, 'Hi');
      await send(node, 'eve', opened, 'Yes');
      await node.pool.query(
        `update conversations set asked_at = answered_at - $2 * interval '1 minute' where id = $1`,
        [opened, wait],
      );
    }
    expect(await contact('john', 'slow-0')).toMatchObject({ responseMinutes: 30 });
    await node.pool.query(
      `update conversations set last_at = now() - interval '91 days' where listing_id = 'slow-0'`,
    );
    expect(await contact('john', 'slow-0')).toMatchObject({ responseMinutes: null });
  });

  test.each([
    [[60, 60], null],
    [[5, 10, 20], 1],
    [[60, 120, 180, 240], 3],
    [[86_400, 60, 3600], 60],
  ])('of %j seconds', (seconds, minutes) => {
    expect(responseMinutes(seconds)).toBe(minutes);
  });
});
