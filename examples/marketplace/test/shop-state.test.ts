import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openShopState, type ShopData } from '../src/shop/shop-state.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiln-'));
  file = join(folder, 'below', 'shop.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const addOrder = (data: ShopData): ShopData => {
  const number = String(1001 + data.orders.length);
  const order = { id: `o-${number}`, number, listingId: 'bowl', buyerId: 'john', total: 4200 };
  return {
    ...data,
    orders: [...data.orders, { ...order, status: 'paid', placedAt: '2026-01-02T03:04:05.000Z' }],
  };
};

it('begins empty, and is the same after it has been opened again', async () => {
  const state = await openShopState(file);
  expect(state.data).toEqual({ orders: [], sampled: false });
  await state.update((data) => ({ ...addOrder(data), sampled: true }));
  expect((await openShopState(file)).data).toEqual(state.data);
  expect(state.data.orders).toHaveLength(1);
});

it('loses none of many changes at once, and leaves no other file behind', async () => {
  const state = await openShopState(file);
  await Promise.all(Array.from({ length: 20 }, () => state.update(addOrder)));
  const numbers = (await openShopState(file)).data.orders.map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, at) => String(1001 + at)));
  expect(await readdir(join(folder, 'below'))).toEqual(['shop.json']);
});

it('stays as it was when a change fails, and goes on', async () => {
  const state = await openShopState(file);
  await expect(
    state.update(() => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await state.update(addOrder);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(state.data);
});

it.each(['{}', '{"orders":[{"id":"o-1"}]}', '[]', 'null', '{'])(
  'refuses a file with %s in it',
  async (text) => {
    await (await openShopState(file)).update(addOrder);
    await writeFile(file, text);
    await expect(openShopState(file)).rejects.toThrow();
  },
);
