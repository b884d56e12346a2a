import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { orderStatuses, type Order } from './orders.ts';

/** What the shop itself remembers over a restart. */
export interface ShopData {
  /** Newest last. */
  readonly orders: readonly Order[];
  /** Whether the sample conversations have been written. */
  readonly sampled: boolean;
}

/** The shop's own small database: one JSON file, replaced as a whole. */
export interface ShopState {
  readonly data: ShopData;
  /** Replaces the data; settles when it is on disk. Changes wait for each other. */
  update(change: (data: ShopData) => ShopData): Promise<void>;
}

const empty: ShopData = { orders: [], sampled: false };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isOrder(value: unknown): value is Order {
  return (
    isRecord(value) &&
    ['id', 'number', 'listingId', 'buyerId', 'placedAt'].every((key) => typeof value[key] === 'string') &&
    typeof value.total === 'number' &&
    orderStatuses.some((status) => status === value.status)
  );
}

function parseData(text: string, file: string): ShopData {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || !Array.isArray(value.orders) || !value.orders.every(isOrder))
    throw new Error(`${file} is not what the shop wrote: repair it, or remove it to begin anew.`);
  return { orders: value.orders, sampled: value.sampled === true };
}

async function load(file: string): Promise<ShopData> {
  try {
    return parseData(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return empty;
    throw error;
  }
}

/** Writes beside the file and renames, so that a reader, or a start after a crash, finds the old or the new whole. */
async function save(file: string, data: ShopData): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const next = `${file}.next`;
  const handle = await open(next, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(data, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
}

/**
 * Opens the shop's file; one that does not exist yet is an empty shop.
 * @throws {Error} when the file holds something else
 */
export async function openShopState(file: string): Promise<ShopState> {
  let data = await load(file);
  let last = Promise.resolve();
  return {
    get data() {
      return data;
    },
    update(change) {
      const saved = last.then(async () => {
        const next = change(data);
        await save(file, next);
        data = next;
      });
      last = saved.catch(() => undefined);
      return saved;
    },
  };
}
