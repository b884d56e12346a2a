import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestDatabase } from '../../../test/support/database.ts';
import { actions } from '../src/actions/index.ts';
import type { BusEvent } from '../src/bus/bus.ts';
import { startCatalogue, type Catalogue } from './support/catalogue.ts';
import { createNode, type TestNode } from './support/node.ts';
import { host, openAbout, person, problemOf, putBowl } from './support/shop.ts';

let catalogue: Catalogue;
let node: TestNode;
let other: TestNode;
let database: TestDatabase;
let heard: BusEvent[];

beforeAll(async () => {
  catalogue = await startCatalogue();
  ({ node, other, database, heard } = catalogue);
});
afterAll(() => catalogue.close());
beforeEach(() => {
  heard.length = 0;
});

const rows = (sql: string, values?: unknown[]) => catalogue.rows(sql, values);
const freshConversation = (buyer?: string) => catalogue.freshConversation(buyer);
const inboxIds = (userId: string, q: string) => catalogue.inboxIds(userId, q);

const notices = (id: string) =>
  rows(
    `select seq, body, data->'notice' as notice from messages where conversation_id = $1 and kind = 'notice' order by seq`,
    [id],
  );

test('a new order and each new status are notices, each once', async () => {
  const { id, listing } = await freshConversation();
  const put = (status: string, more: { number?: string; placedAt?: string } = {}) =>
    actions.putOrder(node.context, host, {
      params: { id: `o-${id}` },
      body: { listingId: listing, buyerId: 'john', status, ...more },
    });
  const order = await put('paid', { number: '1001' });
  expect(order).toEqual({
    id: `o-${id}`,
    listingId: listing,
    buyerId: 'john',
    number: '1001',
    status: 'paid',
    total: null,
    url: null,
    placedAt: null,
  });
  await put('paid');
  await put('ready_to-ship');
  await put('paid');
  await put('paid', { placedAt: '2026-01-02T03:04:05.678Z' });
  expect((await notices(id)).map((notice) => notice.body)).toEqual([
    'Order 1001 was placed',
    'Order 1001 is now ready to ship',
    'Order 1001 is now paid',
  ]);
  expect((await notices(id))[1]?.notice).toEqual({
    type: 'order.updated',
    orderId: `o-${id}`,
    number: '1001',
    status: 'ready_to-ship',
    previous: 'paid',
  });
  expect(await actions.getOrder(node.context, host, { params: { id: `o-${id}` } })).toMatchObject({
    number: '1001',
    placedAt: '2026-01-02T03:04:05.678Z',
  });
  const seen = await actions.getConversation(node.context, person('sarah'), { params: { id } });
  expect(seen.orders).toMatchObject([
    { number: '1001', status: 'paid', placedAt: '2026-01-02T03:04:05.678Z' },
  ]);
  for (const user of ['john', 'sarah']) expect(await inboxIds(user, '1001')).toContain(id);
});

test('twenty puts of one order at once, on two nodes, are one notice', async () => {
  const { id, listing } = await freshConversation();
  const put = (index: number, status: string) =>
    actions.putOrder((index % 2 ? node : other).context, host, {
      params: { id: `o-${id}` },
      body: { listingId: listing, buyerId: 'john', number: '2002', status },
    });
  await Promise.all(Array.from({ length: 20 }, (_none, index) => put(index, 'paid')));
  await Promise.all(Array.from({ length: 20 }, (_none, index) => put(index, 'shipped')));
  expect((await notices(id)).map((notice) => notice.body)).toEqual([
    'Order 2002 was placed',
    'Order 2002 is now shipped',
  ]);
});

test('thirty different orders at once take no more connections than there are', async () => {
  const { id, listing } = await freshConversation();
  const put = (index: number) =>
    actions.putOrder(node.context, host, {
      params: { id: `o-${index}-${id}` },
      body: { listingId: listing, buyerId: 'john', status: 'paid' },
    });
  await Promise.all(Array.from({ length: 30 }, (_none, index) => put(index)));
  expect(await notices(id)).toHaveLength(30);
});

test('an order from before the conversation says its changes alone', async () => {
  const listing = `l-${randomUUID()}`;
  await putBowl(node, listing, 'Bowl');
  const put = (status: string) =>
    actions.putOrder(node.context, host, {
      params: { id: `o-${listing}` },
      body: { listingId: listing, buyerId: 'john', number: '3', status },
    });
  await put('paid');
  const id = await openAbout(node, 'john', listing, 'When?');
  await put('paid');
  await put('shipped');
  expect(await notices(id)).toMatchObject([{ body: 'Order 3 is now shipped', notice: { previous: 'paid' } }]);
});

test('an order is found in a conversation that nobody has said a word in yet', async () => {
  const listing = `l-${randomUUID()}`;
  await putBowl(node, listing, 'Bowl');
  await actions.putBlock(node.context, person('sarah'), { params: { id: 'ann' } });
  expect(await problemOf(openAbout(node, 'ann', listing, 'Hello?'))).toBe('blocked');
  await actions.putOrder(node.context, host, {
    params: { id: `o-${listing}` },
    body: { listingId: listing, buyerId: 'ann', number: '6006', status: 'paid' },
  });
  await actions.deleteBlock(node.context, person('sarah'), { params: { id: 'ann' } });
  const id = await openAbout(node, 'ann', listing, 'Hello?');
  for (const user of ['ann', 'sarah']) expect(await inboxIds(user, '6006')).toEqual([id]);
});

test('an order that is put while its conversation is being made is found', async () => {
  const listing = `l-${randomUUID()}`;
  await putBowl(node, listing, 'Bowl');
  const held = await catalogue.holdOpening();
  const opened = openAbout(node, 'john', listing, 'Hello?');
  await held.waiting();
  await actions.putOrder(node.context, host, {
    params: { id: `o-${listing}` },
    body: { listingId: listing, buyerId: 'john', number: '7007', status: 'paid' },
  });
  await held.release();
  const id = await opened;
  for (const user of ['john', 'sarah']) expect(await inboxIds(user, '7007')).toEqual([id]);
});

test('a notice that was written before its process died is not written again', async () => {
  const { id, listing } = await freshConversation();
  const put = (status: string) =>
    actions.putOrder(node.context, host, {
      params: { id: `o-${id}` },
      body: { listingId: listing, buyerId: 'john', number: '4', status },
    });
  await put('paid');
  await put('shipped');
  await node.pool.query(`update orders set status = 'paid' where id = $1`, [`o-${id}`]);
  await put('shipped');
  expect(await notices(id)).toHaveLength(2);
  expect(await actions.getOrder(node.context, host, { params: { id: `o-${id}` } })).toMatchObject({
    status: 'shipped',
  });
});

test('a notice that cannot be written leaves the order as it was, and the next try does both', async () => {
  const { id, listing } = await freshConversation();
  const put = (context = node.context) =>
    actions.putOrder(context, host, {
      params: { id: `o-${id}` },
      body: { listingId: listing, buyerId: 'john', number: '5', status: 'paid' },
    });
  const closing = await createNode(database.url);
  await closing.context.journal.close();
  expect(await problemOf(put(closing.context))).toBe('unavailable');
  await closing.close();
  expect(await problemOf(actions.getOrder(node.context, host, { params: { id: `o-${id}` } }))).toBe(
    'not-found',
  );
  await put();
  expect(await notices(id)).toHaveLength(1);
});

test('its errors', async () => {
  const put = (body: { listingId: string; buyerId: string; placedAt?: string }) =>
    problemOf(
      actions.putOrder(node.context, host, { params: { id: 'e-1' }, body: { status: 'paid', ...body } }),
    );
  expect(await put({ listingId: 'none', buyerId: 'none' })).toBe('invalid /listingId /buyerId');
  for (const placedAt of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00'])
    expect(await put({ listingId: 'bowl', buyerId: 'john', placedAt })).toBe('invalid /placedAt');
  expect(await put({ listingId: 'bowl', buyerId: 'john', placedAt: '2026-02-30T99:00:00Z' })).toBe(
    'invalid /placedAt',
  );
  expect(await put({ listingId: 'bowl', buyerId: 'john' })).toBe('none');
  expect(await put({ listingId: 'bowl', buyerId: 'ann' })).toBe('conflict');
  await putBowl(node, 'other', 'Other');
  expect(await put({ listingId: 'other', buyerId: 'john' })).toBe('conflict');
  expect(await problemOf(actions.getOrder(node.context, host, { params: { id: 'e-2' } }))).toBe('not-found');
});
